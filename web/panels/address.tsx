import type { JSX } from 'preact';
import { formatAddress, replay } from '../../src/index.ts';
import type { AccessView } from '../model/walk-view.ts';
import { Panel } from '../parts/panel.tsx';

/** The address of the access at hand, cut into what each level of the page table takes. */
export function AddressPanel({
  recording,
  view,
}: {
  recording: replay.Recording;
  view: AccessView | undefined;
}): JSX.Element {
  if (!view) {
    return (
      <Panel id="address" title="Address">
        <p class="quiet">No access yet: this line makes none.</p>
      </Panel>
    );
  }
  const { vpn, offset } = view.access;
  const { mode } = recording;
  const fields = replay.addressFields(mode, vpn, offset);
  const reached = new Map(view.levels.map(({ name, status }) => [name, status]));
  return (
    <Panel
      id="address"
      title="Address"
      aside={
        <>
          <code class="big">{formatAddress(vpn, offset)}</code>{' '}
          <span class="quiet">{recording.names.page(vpn)}</span>
        </>
      }
    >
      <ol class="address">
        {fields.map(({ name, high, low, value }, i) => (
          <li key={name} class={`field f${fields.length - 1 - i} ${reached.get(name) ?? ''}`}>
            <span class="name">{name === 'offset' ? 'offset' : name}</span>
            <span class="value">{name === 'offset' ? `0x${value.toString(16)}` : value}</span>
            <span class="bits">
              <span aria-hidden="true">{value.toString(2).padStart(high - low + 1, '0')}</span>
              <span>
                <span class="sr">bits </span>
                {high}..{low}
              </span>
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
