// A policy module: as Linux, but memory of up to 16 pages is copied at fork at once.
//   npx pagewalk run TRACE --policy examples/copy-small.js
/** @type {import('pagewalk/node').PolicySource} */
export default {
  name: 'copy-small',
  description: 'small private mappings are copied at fork, so that they never fault again',
  extends: 'linux-6.18',
  onFork(area) {
    if (area.shared || !area.written) return undefined;
    return area.pages <= 16 ? 'copy-pages' : undefined;
  },
};
