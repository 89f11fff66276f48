//! No module takes more heap than admission says it will, and what it says is not much more. And admission tells the model what
//! wasmparser would tell it.
//!
//! `MODULES=6000 cargo test -p corelet-heap-tests -- --nocapture` measures ten times as many made-up modules and mutants, and shows
//! the table.

use corelet_admission::heap::Stack;
use corelet_admission::{Limits, validate};
use corelet_heap_tests::{
    Budget, Meter, Sample, Step, Walked, extremes, fuzzed, made_up, plugins, specification, sweep,
    walk,
};

/// Bytes of a store's data in the meter.
const HOST: u32 = 48;

/// One module's figures.
struct Row {
    name: String,
    peak: u32,
    bound: u32,
    /// What the loader holds against its budget, and whether it lets the module through.
    loaders: u32,
    fits: bool,
    /// Calls that may be open at a time.
    calls: u32,
    /// What was more than its bound, in words.
    above: Vec<String>,
}

impl Row {
    fn ratio(&self) -> f64 {
        f64::from(self.bound) / f64::from(self.peak)
    }
}

const fn stack(budget: Budget) -> Stack {
    Stack {
        bytes: budget.stack,
        reserved: budget.reserved,
        calls: budget.recursion,
        memory: budget.memory,
        host: HOST,
    }
}

fn measure(meter: &Meter, sample: &Sample, mut budget: Budget) -> Option<Row> {
    let figures = validate(&sample.module, &Limits::DEVICE).ok()?;
    if budget.reserved {
        // The loader does so, and lets fewer calls be open where much fuel is prepaid.
        budget.recursion = corelet_load::Budget::DEVICE.calls(&figures);
    }
    let memory = walked(sample).memory;
    if memory > budget.memory {
        return None;
    }
    let bound = figures.heap(&stack(budget));
    let life = meter
        .live(&sample.module, memory, budget, 20_000)
        .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
    let all = bound.without_memory();
    let pairs = [
        ("translate", life.translate, bound.translate),
        ("instantiate", life.instantiate, bound.instantiate),
        ("call", life.call, bound.call),
        ("whole", life.peak(), all),
        ("memory", life.linear, bound.memory),
        ("block", life.largest, bound.largest_block),
    ];
    let above: Vec<_> = pairs
        .iter()
        .filter(|(_, found, bound)| found > bound)
        .map(|(what, found, bound)| format!("{what} {found} > {bound}"))
        .collect();
    match life.failed {
        None => {}
        // A segment does not fit, or an import has another type: admission refuses that of a plugin. It was translated all the same.
        Some(Step::Instantiate) if above.is_empty() => return None,
        Some(step) => panic!("{}: {step:?} {above:?}", sample.name),
    }
    Some(Row {
        name: sample.name.clone(),
        peak: life.peak(),
        bound: all,
        loaders: corelet_load::Budget::DEVICE
            .heap_bound(&figures)
            .without_memory(),
        fits: corelet_load::Budget::DEVICE.covers(&figures).is_ok(),
        calls: budget.recursion,
        above,
    })
}

fn walked(sample: &Sample) -> Walked {
    walk(&sample.module).unwrap_or_else(|error| panic!("{}: {error}", sample.name))
}

/// The ratio that `part` of the rows, which are in order, do not exceed.
fn ratio(rows: &[Row], part: f64) -> f64 {
    rows[((rows.len() - 1) as f64 * part).round() as usize].ratio()
}

/// Prints a corpus's line, and returns its rows.
fn corpus(meter: &Meter, name: &str, samples: &[Sample], budget: Budget) -> Vec<Row> {
    let rows = samples
        .iter()
        .filter_map(|sample| measure(meter, sample, budget));
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|one, other| one.ratio().total_cmp(&other.ratio()));
    print(name, &rows);
    rows
}

fn print(name: &str, rows: &[Row]) {
    let above = rows.iter().filter(|row| !row.above.is_empty()).count();
    let worst = &rows[rows.len() - 1];
    println!(
        "{name:13} {:>6} {above:>6} {:>7.2} {:>7.2} {:>7.2}  {} ({} of {} B)",
        rows.len(),
        ratio(rows, 0.5),
        ratio(rows, 0.99),
        worst.ratio(),
        worst.name,
        worst.peak,
        worst.bound
    );
    for row in rows {
        for above in &row.above {
            println!("    above: {}: {above}", row.name);
        }
    }
}

#[test]
fn the_bound_holds_and_is_near() {
    let meter = Meter::build().unwrap_or_else(|error| panic!("{error}"));
    let plugins = plugins().unwrap_or_else(|error| panic!("{error}"));
    let count = modules(600);
    let made_up = made_up(count);
    let extremes = extremes();
    let sweep = sweep();
    let specification = specification();
    let (mutants, bytes) = fuzzed(count);
    for reserved in [false, true] {
        let budget = Budget {
            reserved,
            ..Budget::DEVICE
        };
        println!(
            "\nbound / peak; the stack is {}",
            if reserved {
                "reserved, and as many calls are open as the loader allows"
            } else {
                "grown"
            }
        );
        println!(
            "{:13} {:>6} {:>6} {:>7} {:>7} {:>7}",
            "corpus", "n", "above", "median", "p99", "worst"
        );
        let mut all = corpus(&meter, "plugins", &plugins, budget);
        all.extend(corpus(&meter, "extremes", &extremes, budget));
        all.extend(corpus(&meter, "wasm-smith", &made_up, budget));
        all.extend(corpus(&meter, "specification", &specification, budget));
        all.extend(corpus(&meter, "mutants", &mutants, budget));
        all.extend(corpus(&meter, "bytes", &bytes, budget));
        all.sort_by(|one, other| one.ratio().total_cmp(&other.ratio()));
        print("all", &all);
        assert!(all.iter().all(|row| row.above.is_empty()));
        assert!(ratio(&all, 0.5) <= 1.6);
        assert!(ratio(&all, 0.99) <= 4.0);
        if reserved {
            // They are there to come near the bound, not to be like plugins.
            let rows = corpus(&meter, "instructions", &sweep, budget);
            assert!(rows.iter().all(|row| row.above.is_empty()));
            all.extend(rows);
            let fewer = all.iter().filter(|row| row.calls < budget.recursion);
            println!(
                "{} modules may have fewer calls open",
                fewer.clone().count()
            );
            assert!(fewer.count() > 0);
            within_budget(&all);
        }
    }
}

/// What the loader lets through takes no more than its bound, and that is no more than its budget.
fn within_budget(rows: &[Row]) {
    let allowed = corelet_load::Budget::DEVICE.heap;
    let (through, refused): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.fits);
    println!(
        "{} modules are within {allowed} B of heap, {} are not",
        through.len(),
        refused.len()
    );
    assert!(
        through
            .iter()
            .all(|row| row.peak <= row.loaders && row.loaders <= allowed)
    );
    assert!(refused.iter().all(|row| row.loaders > allowed));
    let abort = |row: &&Row| row.peak > allowed;
    assert!(!through.is_empty() && refused.iter().any(abort));
}

/// As many of wasm-smith's modules are taken; the environment may ask for another number.
fn modules(default: u64) -> u64 {
    std::env::var("MODULES").map_or(default, |count| count.parse().expect("a number"))
}

#[test]
fn admission_tells_the_model_what_wasmparser_would() {
    let mut samples = plugins().unwrap_or_else(|error| panic!("{error}"));
    samples.extend(extremes());
    samples.extend(sweep());
    samples.extend(specification());
    samples.extend(made_up(modules(3_000)));
    let (mutants, bytes) = fuzzed(modules(600));
    samples.extend(mutants.into_iter().chain(bytes));
    let mut compared = 0;
    for sample in &samples {
        let Ok(figures) = validate(&sample.module, &Limits::LARGEST) else {
            continue;
        };
        compared += 1;
        let walked = walked(sample);
        for reserved in [false, true] {
            let stack = stack(Budget {
                reserved,
                ..Budget::DEVICE
            });
            let (ours, theirs) = (figures.heap(&stack), walked.heap.bound(&stack));
            assert_eq!(ours, theirs, "{}", sample.name);
        }
    }
    println!("{compared} of {} modules compared", samples.len());
    assert!(compared * 4 > samples.len() * 3);
}
