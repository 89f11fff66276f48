//! A contract that is damaged anywhere is read or refused, and nothing panics.

use corelet_wit::{Contract, show};
use proptest::prelude::*;

const FILES: [(&str, &str); 3] = [
    ("sensor.wit", include_str!("../wit/host/sensor.wit")),
    ("storage.wit", include_str!("../wit/host/storage.wit")),
    (
        "monotonic-clock.wit",
        include_str!("../wit/host/monotonic-clock.wit"),
    ),
];

/// Pieces that mean something somewhere in a contract.
const PIECES: [&str; 24] = [
    "",
    " ",
    "\n",
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    ",",
    ":",
    ";",
    "->",
    "/// @max(8)\n",
    "/// @open\n",
    "/// @max(result.ok: 3, key: )\n",
    "list<string>",
    "list<u8, 4>",
    "tuple<u8, string>",
    "result",
    "resource r;",
    "use types.{error};",
    "world w { import sensor; }",
    "ä",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_contract_is_read_or_refused(
        file in 0..FILES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, 0..PIECES.len()), 1..4),
    ) {
        let mut files = FILES.map(|(path, text)| (path, text.to_owned()));
        let text = &mut files[file].1;
        for (at, length, piece) in damage {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, PIECES[piece]);
        }
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        match Contract::parse(&files) {
            Ok(contract) => prop_assert!(show::text(&contract).starts_with("package corelet:host@0.1.0\n")),
            Err(refusals) => {
                prop_assert!(refusals.iter().len() > 0);
                for refusal in refusals.iter() {
                    prop_assert!(refusal.to_string().starts_with("error: "));
                }
            }
        }
    }
}
