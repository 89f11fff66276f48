//! Contracts beside the Rust that they become: `tests/generated/<case>.wit`, or a directory of this name,
//! `<case>.host.rs` and `<case>.guest.rs`. `UPDATE_GOLDEN=1 cargo test` writes the Rust anew.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_wit::Contract;
use corelet_wit::emit::{self, Options};

fn contract(case: &Path) -> Contract {
    let contract = if case.is_dir() {
        Contract::load(case)
    } else {
        let name = case.file_name().unwrap().to_str().unwrap();
        Contract::parse(&[(name, &fs::read_to_string(case).unwrap())])
    };
    contract.unwrap_or_else(|refusals| panic!("{refusals}"))
}

#[test]
fn every_contract_becomes_its_rust() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/generated");
    let mut cases: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension == "wit"))
        .collect();
    cases.sort();
    assert_eq!(cases.len(), 3, "a case is added to `tests/compiled.rs` too");
    let mut wrong = Vec::new();
    for case in cases {
        let contract = contract(&case);
        let world = contract.world(None).unwrap();
        let options = Options::default();
        for (side, code) in [
            ("guest.rs", emit::guest(&contract, world, &options)),
            ("host.rs", emit::host(&contract, world, &options)),
        ] {
            let golden = case.with_extension(side);
            let found = prettyplease::unparse(&syn::parse2(code).unwrap());
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&golden, found).unwrap();
            } else if found != fs::read_to_string(&golden).unwrap_or_default() {
                wrong.push(golden.display().to_string());
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "UPDATE_GOLDEN=1 writes these anew: {}",
        wrong.join(", ")
    );
}
