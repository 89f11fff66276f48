//! The one way from guest code into the host.

use corelet_abi::{Status, import_result};
use wasmi::{Caller, Error, TrapCode};

use crate::Imports;
use crate::store_data::{Owed, StoreData};

/// As many bytes of a request are decoded for 1 fuel: some ten instructions each.
const REQUEST_BYTES_PER_FUEL: u64 = 8;

/// The four parameters of an import, as the guest claims them.
#[derive(Clone, Copy)]
pub(crate) struct Claim {
    pub(crate) request: u32,
    pub(crate) request_length: u32,
    pub(crate) response: u32,
    pub(crate) response_capacity: u32,
}

/// Serves one import: checks the claim, calls the host function, takes its debt and that of the request off the fuel.
///
/// # Errors
/// Out of fuel, if the debt is more than is left: [`StoreData::owed`] says how much is missing, so that a sliced call
/// can go on from here when it is paid. Everything else the guest is told by a status.
#[inline]
pub(crate) fn enter<D: Imports>(
    mut caller: Caller<'_, StoreData<D>>,
    entry: u16,
    claim: Claim,
) -> Result<i32, Error> {
    let Some(memory) = caller.data().memory else {
        return Ok(Status::LOGIC_BUG.code());
    };
    let (bytes, own) = memory.data_and_store_mut(&mut caller);
    let data = &mut own.data;
    let result = match buffers(bytes, claim, data.response_max(entry)) {
        Ok((request, response)) => {
            let capacity = response.len();
            match data.import(entry, request, response) {
                Ok(length) if length > capacity => Err(Status::LOGIC_BUG),
                result => result,
            }
        }
        // No host function ran, so there is no debt.
        Err(status) => return Ok(status.code()),
    };
    // A request is decoded before the host function can charge anything, and however that ends.
    let decoded = u64::from(claim.request_length) / REQUEST_BYTES_PER_FUEL;
    let debt = data.take_debt().saturating_add(decoded);
    if debt > 0 {
        let left = caller.get_fuel()?;
        caller.set_fuel(left.saturating_sub(debt))?;
        if debt > left {
            caller.data_mut().owed = Some(Owed {
                fuel: debt.saturating_sub(left),
                result: import_result(result),
            });
            return Err(Error::from(TrapCode::OutOfFuel));
        }
    }
    Ok(import_result(result))
}

/// Request and response as slices of the guest's memory, after the checks of the ABI, in its order.
fn buffers(
    memory: &mut [u8],
    claim: Claim,
    response_max: usize,
) -> Result<(&[u8], &mut [u8]), Status> {
    let request = Range::within(memory, claim.request, claim.request_length)?;
    let response = Range::within(memory, claim.response, claim.response_capacity)?;
    if request.start < response.end && response.start < request.end {
        return Err(Status::OVERLAP);
    }
    if response.length() < response_max {
        return Err(Status::RESPONSE_BUFFER);
    }
    // Ranges that share nothing lie before and after some cut; the empty one is nowhere and fits either side.
    let (request, response) = if request.end <= response.start {
        let (low, high) = split(memory, response.start)?;
        (
            low.get(request.start..request.end),
            high.get_mut(..response.length()),
        )
    } else {
        let (low, high) = split(memory, request.start)?;
        (
            high.get(..request.length()),
            low.get_mut(response.start..response.end),
        )
    };
    match (request, response) {
        (Some(request), Some(response)) => Ok((request, response)),
        _ => Err(Status::LOGIC_BUG),
    }
}

fn split(memory: &mut [u8], at: usize) -> Result<(&mut [u8], &mut [u8]), Status> {
    memory.split_at_mut_checked(at).ok_or(Status::LOGIC_BUG)
}

/// A part of the memory that was checked to be in it.
#[derive(Clone, Copy)]
struct Range {
    start: usize,
    end: usize,
}

impl Range {
    #[inline]
    fn within(memory: &[u8], pointer: u32, length: u32) -> Result<Self, Status> {
        if length == 0 {
            return Ok(Self { start: 0, end: 0 });
        }
        // 32-bit values fit `usize` on every target, and their sum need not.
        let start = pointer as usize;
        match start.checked_add(length as usize) {
            Some(end) if end <= memory.len() => Ok(Self { start, end }),
            _ => Err(Status::OUT_OF_BOUNDS),
        }
    }

    const fn length(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: (u32, u32), response: (u32, u32), max: usize) -> Result<(), Status> {
        let mut memory = std::vec::Vec::from_iter(0..64_u8);
        let claim = Claim {
            request: request.0,
            request_length: request.1,
            response: response.0,
            response_capacity: response.1,
        };
        let before = memory.clone();
        let (got_request, got_response) = buffers(&mut memory, claim, max)?;
        let part = |(pointer, length): (u32, u32)| match length {
            0 => &[][..],
            _ => &before[pointer as usize..][..length as usize],
        };
        assert_eq!(got_request, part(request));
        assert_eq!(got_response, part(response));
        Ok(())
    }

    #[test]
    fn what_lies_in_memory_and_apart_passes() {
        for (request, response) in [
            ((0, 8), (8, 8)),
            ((8, 8), (0, 8)),
            ((0, 1), (63, 1)),
            ((63, 1), (0, 63)),
            ((0, 64), (0, 0)),
            ((0, 0), (0, 64)),
            ((0, 0), (0, 0)),
            ((10, 2), (40, 24)),
        ] {
            assert_eq!(
                check(request, response, 0),
                Ok(()),
                "{request:?} {response:?}"
            );
        }
    }

    #[test]
    fn the_pointer_of_an_empty_part_is_ignored() {
        assert_eq!(check((u32::MAX, 0), (0, 64), 64), Ok(()));
        assert_eq!(check((5, 8), (u32::MAX, 0), 0), Ok(()));
        assert_eq!(check((32, 8), (36, 0), 0), Ok(()));
    }

    #[test]
    fn what_reaches_outside_memory_does_not_wrap_back_in() {
        for bad in [
            (64, 1),
            (63, 2),
            (0, 65),
            (u32::MAX, 1),
            (u32::MAX, u32::MAX),
            (1, u32::MAX),
            (0x8000_0000, 0x8000_0000),
            (0xffff_fff0, 0x20),
        ] {
            assert_eq!(check(bad, (0, 0), 0), Err(Status::OUT_OF_BOUNDS), "{bad:?}");
            assert_eq!(check((0, 0), bad, 0), Err(Status::OUT_OF_BOUNDS), "{bad:?}");
        }
    }

    #[test]
    fn ranges_that_share_a_byte_overlap() {
        for (request, response) in [
            ((0, 8), (7, 8)),
            ((7, 8), (0, 8)),
            ((0, 64), (5, 1)),
            ((5, 1), (0, 64)),
            ((5, 1), (5, 1)),
        ] {
            assert_eq!(check(request, response, 0), Err(Status::OVERLAP));
        }
    }

    #[test]
    fn the_checks_come_in_the_order_of_the_abi() {
        // Outside memory, overlapping and too small: the first is what is said.
        assert_eq!(check((0, 65), (0, 65), 100), Err(Status::OUT_OF_BOUNDS));
        assert_eq!(check((0, 8), (4, 8), 100), Err(Status::OVERLAP));
        assert_eq!(check((0, 8), (8, 8), 9), Err(Status::RESPONSE_BUFFER));
        assert_eq!(check((0, 8), (8, 8), 8), Ok(()));
    }
}
