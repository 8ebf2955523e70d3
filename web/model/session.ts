import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { InputError, parseResult, type RunResult } from '../../src/index.ts';
import { boot, start } from './boot.ts';
import { decodeLink } from './permalink.ts';
import { Player } from './player.ts';
import { repeat } from './repeat.ts';
import { record, type Source, scenarioSource, sourceOfFile, textOf } from './source.ts';

/** What is on the page: a source on a machine, recorded, and where the viewer stands in it; or a result. */
export interface Session {
  readonly source: Source | undefined;
  readonly machine: string;
  readonly player: Player | undefined;
  /** Of a source that is one. */
  readonly result: RunResult | undefined;
  /** What was wrong with the file opened last. */
  readonly problem: InputError | undefined;
  readonly redraw: () => void;
  readonly openExample: (name: string) => void;
  readonly openFile: (file: File) => void;
  readonly setMachine: (name: string) => void;
  /** Runs a text that was edited. @throws InputError where it is wrong */
  readonly runText: (text: string) => Promise<void>;
}

const DEFAULT_MACHINE = start?.machine.name ?? 'lab-tiny';
const DEFAULT_EXAMPLE = 'private-anon-fork';
/** Milliseconds of recording between two chances for keys and clicks. */
const SLICE = 8;
/** Milliseconds of recording after which the page shows how far it has come. */
const PROGRESS = 250;

interface Loaded {
  readonly source: Source;
  readonly machine: string;
  readonly player: Player | undefined;
  readonly result: RunResult | undefined;
}

/** State of the page, and everything that changes it. */
export function useSession(): Session {
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState<InputError>();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const now = useRef(loaded);
  now.current = loaded;

  const actions = useMemo(() => {
    const load = async (source: Source, machine: string, place = '') => {
      if (source.kind === 'result') {
        const result = parseResult(source.name, textOf(source));
        setProblem(undefined);
        setLoaded({ source, machine, player: undefined, result });
        return;
      }
      const description = boot.machines[machine];
      if (!description) throw new InputError(`no machine is called '${machine}'`);
      const recording = await record(source, description);
      // A link may lead far into the recording: what lies before it is made first.
      const wanted = Number(place.split('.')[0]);
      while (recording.operations.length <= wanted && recording.record());
      const player = new Player(recording);
      if (place !== '') player.seekPlace(place);
      setProblem(undefined);
      setLoaded({ source, machine, player, result: undefined });
    };
    const open = (source: () => Promise<Source> | Source, machine: string, place?: string) =>
      Promise.resolve()
        .then(source)
        .then((opened) => load(opened, machine, place))
        .catch((error: unknown) => {
          if (!(error instanceof InputError)) throw error;
          setProblem(error);
        });
    const example = (name: string): Source =>
      scenarioSource(name, boot.examples.find((one) => one.name === name)?.text ?? '');
    const machineNow = () => now.current?.machine ?? DEFAULT_MACHINE;
    return {
      redraw: () => redraw(undefined),
      openExample: (name: string) => void open(() => example(name), machineNow()),
      openFile: (file: File) =>
        void open(
          async () => sourceOfFile(file.name, new Uint8Array(await file.arrayBuffer())),
          machineNow(),
        ),
      setMachine: (name: string) => {
        const current = now.current;
        if (current) void open(() => current.source, name, current.player?.place);
      },
      runText: (text: string) => load(scenarioSource(now.current!.source.name, text), machineNow()),
      async begin() {
        const link = await decodeLink(location.hash);
        if (link) {
          const { kind, name, bytes, machine, place } = link;
          await open(
            () => ({ kind, name, bytes }),
            machine in boot.machines ? machine : DEFAULT_MACHINE,
            place,
          );
        } else if (start?.source) {
          const { kind, name, base64 } = start.source;
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          await open(() => ({ kind, name, bytes }), DEFAULT_MACHINE);
        } else if (!now.current) await open(() => example(DEFAULT_EXAMPLE), DEFAULT_MACHINE);
      },
    };
  }, []);

  useEffect(() => {
    void actions.begin();
    const onHash = () => void actions.begin();
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, [actions]);

  // Records the rest a slice at a time, so that the page stays alive.
  useEffect(() => {
    const recording = loaded?.player?.recording;
    if (!recording) return;
    let drawn = performance.now();
    return repeat(() => {
      const begin = performance.now();
      let more = true;
      while (more && performance.now() < begin + SLICE) more = recording.record();
      if (!more || performance.now() > drawn + PROGRESS) {
        redraw(undefined);
        drawn = performance.now();
      }
      return more;
    });
  }, [loaded]);

  return {
    ...actions,
    source: loaded?.source,
    machine: loaded?.machine ?? DEFAULT_MACHINE,
    player: loaded?.player,
    result: loaded?.result,
    problem,
  };
}
