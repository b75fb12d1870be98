import { Component, h } from 'preact';
import type { ComponentChildren, FunctionComponent } from 'preact';

/** A component that is rendered again only when one of its properties is another object or value. */
export function memo<Props extends object>(render: FunctionComponent<Props>): FunctionComponent<Props> {
  class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before: object = this.props;
      return Object.entries(next).some(([name, value]) => Reflect.get(before, name) !== value);
    }
    override render(): ComponentChildren {
      return h(render, this.props);
    }
  }
  return (props) => h(Memo, props);
}
