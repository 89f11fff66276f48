use corelet_cli::Failure;
use corelet_mps2_an386::Bundle;
use corelet_tests::{Emulated, error_text, neighbour};

use crate::{Case, Outcome};

/// Puts the board, whose firmware has the feature `hostile`, to the test with as many cases at a time as its flash holds, and hands
/// what came of each to `each`: the last words of the board for one that killed it.
///
/// # Errors
/// If the machine does not start or goes silent, or does not say of each case what came of it.
pub fn emulate<'c>(
    board: &Emulated<'_>,
    cases: &'c [Case],
    mut each: impl FnMut(&'c Case, Result<Outcome, String>),
) -> Result<(), Failure> {
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
            let name = rest[number].name();
            return Err(Failure::tool(format_args!("nothing was said of {name}")));
        }
        let done = outcomes.len().min(count);
        for (case, outcome) in rest.iter().zip(outcomes) {
            each(case, Ok(outcome));
        }
        rest = &rest[done..];
        if done < count
            && let Some((fatal, others)) = rest.split_first()
        {
            each(fatal, Err(last));
            rest = others;
        }
    }
    Ok(())
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
