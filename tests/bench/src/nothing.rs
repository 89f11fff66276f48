use corelet_abi::{Shape, Status};
use corelet_admission::{ImportRefusal, Offer};
use corelet_load::Imports;

/// A host that has every function, and whose functions do nothing: what remains is the door.
pub(crate) struct Nothing;

impl Imports for Nothing {
    fn import(&mut self, _: u16, _: &[u8], _: &mut [u8]) -> Result<usize, Status> {
        Ok(0)
    }

    fn response_max(&self, _: u16) -> usize {
        0
    }

    fn take_debt(&mut self) -> u64 {
        0
    }
}

impl Offer for Nothing {
    fn import(&self, _: &str, _: &str, _: Option<Shape>) -> Result<u16, ImportRefusal> {
        Ok(0)
    }
}
