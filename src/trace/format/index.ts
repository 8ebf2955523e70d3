import { InputError, nearest } from '../../core/errors.ts';
import type { ChunkBuilder } from '../chunk-builder.ts';
import { type Decoder, decodeStream } from '../decode.ts';
import { describePwt, looksLikePwt } from '../pwt/file-header.ts';
import { decodePwt } from '../pwt/reader.ts';
import { seekPwt } from '../pwt/seek.ts';
import { PwtWriter } from '../pwt/writer.ts';
import { decodeLackeyLog, describeLog } from '../record/lackey-log.ts';
import { LOG_HEAD_BYTES, readLogHead } from '../record/log-head.ts';
import { accessWriter } from '../write/access-writer.ts';
import { champsimFormat } from '../write/champsim.ts';
import { csvFormat } from '../write/csv.ts';
import { dinFormat } from '../write/din.ts';
import { lackeyFormat } from '../write/lackey.ts';
import { champsimDecoder, cloudsuiteDecoder, looksLikeChampsim } from './champsim.ts';
import { csvDecoder, looksLikeCsv } from './csv.ts';
import { CvpDecoder, looksLikeCvp } from './cvp.ts';
import { dinDecoder, extendedDinDecoder, looksLikeDin, looksLikeExtendedDin } from './din.ts';
import { binaryDinDecoder, looksLikeBinaryDin } from './din-binary.ts';
import { drmemtraceDecoder, looksLikeDrmemtrace } from './drmemtrace.ts';
import { execlogDecoder, looksLikeExeclog } from './execlog.ts';
import type { Head, TraceFormat } from './format.ts';
import { Gem5Decoder, looksLikeGem5 } from './gem5.ts';
import { looksLikeLackey } from './lackey.ts';
import { looksLikePageFaults, pageFaultDecoder } from './page-faults.ts';
import { looksLikePerfTrace, perfTraceDecoder } from './perf-trace.ts';
import { looksLikePinatrace, pinatraceDecoder } from './pinatrace.ts';

/** `decode` of a format whose decoder works record by record. */
function records(make: (builder: ChunkBuilder, name: string) => Decoder): TraceFormat['decode'] {
  return (source, builder, { name }) => decodeStream(source, make(builder, name), builder);
}

/** Every format that can be read, the most certain signs first. */
export const TRACE_FORMATS: readonly TraceFormat[] = [
  {
    name: 'pwt',
    title: 'the native format: accesses, mappings and forks',
    origin: 'docs/trace-format.md',
    matches: (head) => looksLikePwt(head.bytes),
    describe: (head, name) => describePwt(head.bytes, name),
    decode: decodePwt,
    seek: seekPwt,
    write: (out, context) => PwtWriter.begin(out, context.deflater, context),
  },
  {
    name: 'gem5',
    title: 'gem5 packet trace, protobuf',
    origin: 'gem5, src/proto/packet.proto',
    matches: (head) => looksLikeGem5(head.bytes),
    decode: records((builder, name) => new Gem5Decoder(builder, name)),
  },
  {
    name: 'lackey',
    title: 'Valgrind lackey log, --trace-mem=yes',
    origin: 'valgrind, lackey/lk_main.c',
    matches: (head) => looksLikeLackey(head.lines),
    headBytes: LOG_HEAD_BYTES,
    describe: (head) => describeLog(readLogHead(head.bytes)),
    decode: decodeLackeyLog,
    write: accessWriter(lackeyFormat),
  },
  {
    name: 'drmemtrace',
    title: 'DynamoRIO drmemtrace, as its view tool prints it',
    origin: 'dynamorio, clients/drcachesim/tools/view.cpp',
    matches: (head) => looksLikeDrmemtrace(head.lines),
    decode: records(drmemtraceDecoder),
  },
  {
    name: 'perf-trace',
    title: 'page faults by perf trace -F all',
    origin: 'linux, tools/perf/builtin-trace.c',
    matches: (head) => looksLikePerfTrace(head.lines),
    decode: records(perfTraceDecoder),
  },
  {
    name: 'page-faults',
    title: 'page faults by ftrace or perf script',
    origin: 'linux, arch/x86/include/asm/trace/exceptions.h',
    matches: (head) => looksLikePageFaults(head.lines),
    decode: records(pageFaultDecoder),
  },
  {
    name: 'execlog',
    title: 'QEMU execlog plugin',
    origin: 'qemu, contrib/plugins/execlog.c',
    matches: (head) => looksLikeExeclog(head.lines),
    decode: records(execlogDecoder),
  },
  {
    name: 'pinatrace',
    title: 'Pin pinatrace.out',
    origin: 'Pin, source/tools/ManualExamples/pinatrace.cpp',
    matches: (head) => looksLikePinatrace(head.lines),
    decode: records(pinatraceDecoder),
  },
  {
    name: 'csv',
    title: 'CSV with a header that names type, address, size, pid, tid',
    origin: 'docs/trace-format.md',
    matches: (head) => looksLikeCsv(head.lines),
    decode: records(csvDecoder),
    write: accessWriter(csvFormat),
  },
  {
    name: 'din',
    title: 'Dinero IV extended din: letter, hex address, hex size',
    origin: 'Dinero IV, -informat D',
    matches: (head) => looksLikeExtendedDin(head.lines),
    decode: records(extendedDinDecoder),
    write: accessWriter(dinFormat),
  },
  {
    name: 'din3',
    title: 'traditional din (Dinero III): label, hex address',
    origin: 'Dinero IV, -informat d',
    matches: (head) => looksLikeDin(head.lines),
    decode: records(dinDecoder),
  },
  {
    name: 'champsim',
    title: 'ChampSim instructions, 64 bytes each',
    origin: 'ChampSim, inc/trace_instruction.h',
    matches: (head) => looksLikeChampsim(head.bytes, head.complete),
    decode: records(champsimDecoder),
    write: accessWriter(champsimFormat),
  },
  {
    name: 'cvp',
    title: 'CVP-1 instructions',
    origin: 'ChampSim, tracer/cvp_converter/cvp2champsim.cc',
    matches: (head) => looksLikeCvp(head.bytes, head.complete),
    decode: records((builder, name) => new CvpDecoder(builder, name)),
  },
  {
    name: 'din-binary',
    title: 'Dinero IV binary din, 8 bytes each',
    origin: 'Dinero IV, -informat b',
    matches: (head) => looksLikeBinaryDin(head.bytes, head.complete),
    decode: records(binaryDinDecoder),
  },
  {
    name: 'champsim-cloudsuite',
    title: 'ChampSim instructions of the CloudSuite traces, 96 bytes each; only with --format',
    origin: 'ChampSim, inc/trace_instruction.h',
    matches: () => false,
    decode: records(cloudsuiteDecoder),
  },
];

/** The format of that name. */
export function formatNamed(name: string): TraceFormat {
  const found = TRACE_FORMATS.find((format) => format.name === name);
  if (found) return found;
  const names = TRACE_FORMATS.map((format) => format.name);
  const close = nearest(name, names);
  throw new InputError(`no trace format is called '${name}'`, {
    remedy: close ? `did you mean '${close}'?` : `formats: ${names.join(', ')}`,
  });
}

/** The format whose signs these first bytes show. */
export function detectFormat(head: Head): TraceFormat | undefined {
  return TRACE_FORMATS.find((format) => format.matches(head));
}
