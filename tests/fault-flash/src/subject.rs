use std::fmt::Debug;

use crate::Flash;

/// What is tested: it keeps something in a flash, and what it acknowledged survives whatever happens to that.
///
/// The model says what each step makes of the state. It is the specification, and knows nothing of the flash.
pub trait Subject<const WRITE: usize, const ERASE: usize>: Sized {
    /// What can be asked of it.
    type Step: Debug;
    /// What it keeps, as far as one can see it.
    type State: Clone + Debug + PartialEq;
    /// Why it did not do what it was asked.
    type Error: Debug;

    /// Builds it from what is in the flash, as after a reset.
    ///
    /// # Errors
    /// Only if the flash fails.
    fn open(flash: Flash<WRITE, ERASE>) -> Result<Self, Self::Error>;

    /// Does a step. If it returns `Ok`, the step is acknowledged.
    ///
    /// # Errors
    /// If the step is refused, or the flash fails.
    fn step(&mut self, step: &Self::Step) -> Result<(), Self::Error>;

    /// What it keeps.
    ///
    /// # Errors
    /// Only if the flash fails.
    fn observe(&mut self) -> Result<Self::State, Self::Error>;

    /// The model: the state after a step; none if the step is refused.
    fn after(before: &Self::State, step: &Self::Step) -> Option<Self::State>;

    /// The model: whether `found` may be what is left of a step that was cut off. Nothing and all of it always may.
    fn is_part(_before: &Self::State, _step: &Self::Step, _found: &Self::State) -> bool {
        false
    }

    /// What else must hold at the end of a history, and still can be done then.
    ///
    /// # Errors
    /// What does not hold.
    fn finish(&mut self, _state: &Self::State) -> Result<(), String> {
        Ok(())
    }
}
