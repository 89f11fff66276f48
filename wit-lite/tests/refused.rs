//! Refused contracts, each beside the message that a person gets: `tests/refused/<case>.wit`, or a directory of this
//! name, and `<case>.txt`. `UPDATE_GOLDEN=1 cargo test` writes the messages anew.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_wit::{Contract, Refusals};

fn message(case: &Path) -> String {
    let refused: Result<Contract, Refusals> = if case.is_dir() {
        Contract::load(case)
    } else {
        let name = case.file_name().unwrap().to_str().unwrap();
        Contract::parse(&[(name, &fs::read_to_string(case).unwrap())])
    };
    match refused {
        Ok(_) => "(not refused)\n".to_owned(),
        Err(refusals) => format!("{refusals}\n"),
    }
}

/// What is in `tests/refused`: the messages, or all else.
fn paths(messages: bool) -> Vec<PathBuf> {
    let entries = fs::read_dir("tests/refused").unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt") == messages);
    paths.sort();
    paths
}

#[test]
fn every_refused_contract_gives_its_message() {
    let cases = paths(false);
    let mut wrong = Vec::new();
    for case in &cases {
        let golden = case.with_extension("txt");
        let found = message(case);
        assert_ne!(
            found,
            "(not refused)\n",
            "{} is not refused",
            case.display()
        );
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, found).unwrap();
        } else if found != fs::read_to_string(&golden).unwrap_or_default() {
            wrong.push(format!("{}\n{found}", golden.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "UPDATE_GOLDEN=1 writes these:\n\n{}",
        wrong.join("\n")
    );
    let goldens: Vec<_> = cases
        .iter()
        .map(|case| case.with_extension("txt"))
        .collect();
    assert_eq!(paths(true), goldens, "a message is left over");
}

#[test]
fn the_help_for_a_list_of_strings_mends_it() {
    let contract = |types: &str, field: &str| {
        let text = format!(
            "package a:b@1.0.0;\ninterface c {{\n{types}\nrecord d {{ names: {field} }}\n}}\n"
        );
        Contract::parse(&[("c.wit", &text)])
    };
    let refusals = contract("", "list<string>").unwrap_err();
    assert_eq!(refusals.iter().count(), 1);
    let message = refusals.to_string();
    let (_, help) = message.split_once("help: ").unwrap();
    contract(help, "names").unwrap();
}

#[test]
fn a_directory_that_is_not_there_or_empty_is_refused() {
    let missing = Contract::load(Path::new("tests/nowhere"))
        .unwrap_err()
        .to_string();
    assert!(
        missing.starts_with("error: cannot read tests/nowhere/: "),
        "{missing}"
    );
    let empty = Contract::load(Path::new("src/profile"))
        .unwrap_err()
        .to_string();
    assert!(
        empty.starts_with("error: src/profile holds no contract"),
        "{empty}"
    );
}
