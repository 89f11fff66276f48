//! Admission and another validator give one verdict: a fixed portion of what `corelet-spec fuzz` does for as many modules
//! as one likes.

use corelet_spec::Fuzz;

#[test]
fn both_validators_give_one_verdict() {
    // Each case is 32 modules.
    let cases = if cfg!(debug_assertions) { 400 } else { 3_200 };
    let mut fuzz = Fuzz::new(0);
    for number in 0..cases {
        fuzz.case(number);
    }
    println!("{:#?}", fuzz.counts);
    assert!(fuzz.disagreements.is_empty(), "{:02x?}", fuzz.disagreements);
    // It would say little if most were refused for their looks.
    assert!(fuzz.counts.valid() * 20 > fuzz.counts.modules);
}
