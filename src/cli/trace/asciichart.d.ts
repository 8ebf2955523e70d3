// The package has no types; this is the part that is used.
declare module 'asciichart' {
  interface Config {
    height?: number;
    format?: (value: number) => string;
  }
  const asciichart: { plot(series: readonly number[], config?: Config): string };
  export default asciichart;
}
