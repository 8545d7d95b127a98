// Starts the browser part. Its address is in the page, because its name changes with its content.
import init, { hydrate } from 'frontend';

// The page is complete as it is: it is painted first.
await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
const { wasm } = document.querySelector('script[data-wasm]').dataset;
await init({ module_or_path: fetch(wasm, { credentials: 'same-origin' }) });
hydrate();
