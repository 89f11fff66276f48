//! The standard contract's functions, sizes and shapes, held to `standard.txt`: firmware and plugins in the field rely
//! on them. `UPDATE_GOLDEN=1 cargo test` writes the file anew.

use std::fs;

use corelet_wit::{Contract, STANDARD_FILES, show};

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
fn every_file_is_built_in() {
    let built_in = STANDARD_FILES.into_iter().flatten();
    let built_in: Vec<_> = built_in.map(|(path, _)| (*path).to_owned()).collect();
    let mut files = Vec::new();
    for package in ["host", "plugin"] {
        for entry in fs::read_dir(format!("wit/{package}")).unwrap() {
            let name = entry.unwrap().file_name();
            files.push(format!("corelet-{package}/{}", name.display()));
        }
    }
    files.sort();
    assert_eq!(built_in, files);
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
