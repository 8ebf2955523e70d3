import { Component, type ComponentClass, type JSX } from 'preact';

/** A component that is drawn again only when one of its properties is another one than before. It uses no hooks. */
export function memo<P extends object>(draw: (props: P) => JSX.Element | null): ComponentClass<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const before = this.props as P;
      for (const key in next) if (!Object.is(next[key], before[key])) return true;
      for (const key in before) if (!(key in next)) return true;
      return false;
    }

    override render(): JSX.Element | null {
      return draw(this.props);
    }
  };
}
