use corelet_cli::Failure;
use corelet_mps2_an386::{Bundle, Way};
use corelet_tests::{Emulated, error_text, neighbour};

use crate::{Bench, Case, Findings, Outcome};

/// In which ways the firmware runs each image.
const WAYS: [Way; 4] = Way::ON_BOARD;

/// Puts the board, whose firmware has the feature `hostile`, to the test in its ways, with as many cases at a time as its flash
/// holds. What comes of each is what comes of it on the desktop, but where the heap has no room, or is to say how far memory grows.
///
/// # Errors
/// If the machine does not start or goes silent, or does not say of each case what came of it.
pub fn emulate(board: &Emulated<'_>, cases: &[Case]) -> Result<Findings, Failure> {
    let mut desktop = Bench::new();
    let mut findings = Findings::default();
    let mut rest = cases;
    while !rest.is_empty() {
        let count = prepare(board, rest).map_err(Failure::tool)?;
        let mut outcomes = Vec::new();
        let mut last = String::new();
        let mut current = Outcome::default();
        let mut missing = None;
        board.start()?.read_to_end(|line| {
            if let Some((number, words)) = said(&line.message) {
                if number != outcomes.len() {
                    missing.get_or_insert(outcomes.len());
                }
                if hear(words, &mut current) {
                    outcomes.push(std::mem::take(&mut current));
                }
            }
            last = line.message;
        })?;
        if let Some(number) = missing {
            let name = rest[number / WAYS.len()].name();
            return Err(Failure::tool(format_args!("nothing was said of {name}")));
        }
        for (case, outcomes) in rest.iter().zip(outcomes.chunks(WAYS.len())) {
            for (way, outcome) in WAYS.into_iter().zip(outcomes) {
                findings.add(case, way, outcome);
                if !outcome.lacks_heap() && !case.class.starts_with("memory") {
                    let elsewhere = desktop.run(&case.image, way);
                    findings
                        .wrong
                        .extend(outcome.differs(case, way, &elsewhere));
                }
            }
        }
        let mut done = outcomes.len() / WAYS.len();
        if done < count {
            let (name, way) = (rest[done].name(), WAYS[outcomes.len() % WAYS.len()]);
            let wrong = format!("{name}, {way:?}: the board died: {last}");
            findings.wrong.push(wrong);
            done += 1;
        }
        rest = &rest[done..];
    }
    Ok(findings)
}

/// Makes the flash anew: the good plugin, and as many cases as find room. Returns how many do.
fn prepare(board: &Emulated<'_>, cases: &[Case]) -> std::io::Result<usize> {
    let mut flash = board.erased_flash()?;
    flash.put_image(0, &neighbour::image(false))?;
    let mut bundle = vec![0; Bundle::REGION.size() as usize];
    let images = cases.iter().map(|case| &case.image[..]);
    let (count, length) = Bundle::encode(images, &mut bundle);
    if count == 0 {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    flash.put_bundle(&bundle[..length])?;
    Ok(count)
}

/// `hostile N: WORDS`
fn said(line: &str) -> Option<(usize, &str)> {
    let (number, words) = line.strip_prefix("hostile ")?.split_once(": ")?;
    Some((number.parse().ok()?, words))
}

/// Takes down what a line says, and whether it is the last one of its case.
fn hear(words: &str, outcome: &mut Outcome) -> bool {
    let number = |text: &str| text.trim_end_matches(" B").parse().unwrap_or(usize::MAX);
    if let Some(error) = words.strip_prefix("refused: ") {
        outcome.refused = Some(error_text(error));
    } else if words == "interrupted" {
        outcome.interrupted = true;
    } else if let Some((result, fuel)) = words.rsplit_once(", fuel ") {
        let result = match result.strip_prefix("answer of ") {
            Some(length) => Ok(number(length)),
            None => Err(error_text(result.trim_start_matches("stopped: "))),
        };
        outcome.calls.push((result, number(fuel) as u64));
    } else if let Some(rest) = words.strip_prefix("neighbour ")
        && let Some((answers, heap)) = rest.split_once(", heap ")
        && let Some((after, before)) = heap.split_once(" of ")
    {
        outcome.neighbour = answers == "true";
        outcome.heap = [number(before), number(after)];
        return true;
    }
    false
}
