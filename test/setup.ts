import fc from 'fast-check';

// One seed for every run, so that a failure seen once is seen again; FC_SEED explores others.
// Lists grow to the length that a property names, not to a dozen elements.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 42), defaultSizeToMaxWhenMaxSpecified: true });
