/**
 * Runs on tape, for viewers: record a scenario or a trace, move to and fro in it, read the state of any moment. Runs
 * in a browser. docs/view.md describes the page that is made of it.
 */
export { sizeName } from '../../core/attributes.ts';
export { permText } from '../../kernel/vma/flags.ts';
export { type AddressField, addressFields, tableName } from '../address-fields.ts';
export type { Cursor } from './cursor.ts';
export type { FaultLine, FaultPath } from './fault-path.ts';
export type { Names } from './names.ts';
export type { ProcessView, SpaceView, VmaView } from './objects.ts';
export {
  type Entry,
  type EntryField,
  type EntryKind,
  fieldsOf,
  type LeafPlaces,
  PageTableReader,
} from './page-tables.ts';
export { recordScenario } from './record-scenario.ts';
export { recordTrace } from './record-trace.ts';
export type { CacheShape, Recording } from './recording.ts';
export type { ReplayState } from './state.ts';
export type { AccessRecord, Charge, Happening, OperationRecord, ReadHappening, Step } from './step.ts';
export { answerWords, describeStep, entryIndex, frameName, type StepWords } from './step-words.ts';
export { isTrace, readTraceScript, type TraceOperation, type TraceScript } from './trace-script.ts';
export {
  type CacheEntry,
  Changes,
  cacheEntry,
  dataFrames,
  type FrameView,
  frameAt,
  liveEntries,
  surveyFrames,
} from './views.ts';
export { WORK_WORDS } from './work-words.ts';
