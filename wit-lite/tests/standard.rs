//! The standard contract's functions, sizes and shapes, held to `standard.txt`: firmware and plugins in the field rely
//! on them. `UPDATE_GOLDEN=1 cargo test` writes the file anew.

use std::fs;

use corelet_wit::{Contract, show};

#[test]
fn functions_sizes_and_shapes_are_what_they_were() {
    let golden = "tests/standard.txt";
    let found = show::text(&Contract::standard());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(golden, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(golden).unwrap());
}

#[test]
fn the_files_are_those_that_are_built_in() {
    for package in ["host", "plugin"] {
        let contract = Contract::load(format!("wit/{package}").as_ref()).unwrap();
        let standard = Contract::standard();
        assert_eq!(
            contract.main.to_string(),
            format!("corelet:{package}@0.1.0")
        );
        for interface in contract
            .interfaces
            .iter()
            .filter(|interface| interface.package == contract.main)
        {
            let built_in = standard
                .interfaces
                .iter()
                .find(|other| other.id() == interface.id());
            let built_in = built_in.unwrap_or_else(|| panic!("{} is not built in", interface.id()));
            let names = |interface: &corelet_wit::Interface| -> Vec<String> {
                interface
                    .functions
                    .iter()
                    .map(|function| function.name.clone())
                    .collect()
            };
            assert_eq!(names(interface), names(built_in));
        }
    }
}

#[test]
fn json_says_the_same_as_the_text() {
    let contract = Contract::standard();
    let json = show::json(&contract);
    let text = show::text(&contract);
    let mut functions = 0;
    for interface in json["interfaces"].as_array().unwrap() {
        for function in interface["functions"].as_array().unwrap() {
            functions += 1;
            assert!(text.contains(&format!("  {}\n", function["signature"].as_str().unwrap())));
            assert!(text.contains(&format!("shape {}\n", function["shape"].as_str().unwrap())));
        }
    }
    assert_eq!(functions, 17);
    assert_eq!(json["worlds"].as_array().unwrap().len(), 4);
    assert_eq!(json["worlds"][0]["init"]["name"], "init");
}
