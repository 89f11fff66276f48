//! Values as something that is tested, and what they should be: the model, which knows nothing of flash.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use corelet_fault_flash::{Flash, Subject};
use corelet_image::PluginId;
use corelet_store::{Error, VALUE_MAX, Values, entry_bytes, entry_records};

use super::geometry::{ERASE, Geometry};

/// So many owners there are.
pub(crate) const OWNERS: u8 = 4;

/// A device that keeps values in a flash laid out like that.
pub(crate) struct Keeper<G, const WRITE: usize> {
    values: Values<Flash<WRITE, ERASE>>,
    /// Whether the start erased no more than it may.
    bounded: bool,
    geometry: PhantomData<G>,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Set(u8, &'static str, Vec<u8>),
    Delete(u8, &'static str),
    Forget(u8),
    /// Forgets what all owners kept but those below this number.
    Retain(u8),
    /// The erases that are wanted and not needed yet.
    Idle,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) kept: BTreeMap<(u8, String), Vec<u8>>,
    /// Whatever does not hold besides: nothing.
    pub(crate) wrong: Vec<String>,
}

const fn id(owner: u8) -> PluginId {
    PluginId([owner; 8])
}

impl State {
    fn records(&self) -> u16 {
        let kept = self.kept.iter();
        kept.map(|((_, key), value)| entry_records(key.len(), value.len()))
            .sum()
    }

    fn without(&self, gone: impl Fn(u8) -> bool) -> Self {
        let mut state = self.clone();
        state.kept.retain(|(owner, _), _| !gone(*owner));
        state
    }
}

impl<G: Geometry, const WRITE: usize> Subject<WRITE, ERASE> for Keeper<G, WRITE> {
    type Step = Step;
    type State = State;
    type Error = Error;

    fn open(flash: Flash<WRITE, ERASE>) -> Result<Self, Error> {
        let before = flash.work().erases;
        let values = Values::mount(flash.clone(), G::map())?;
        let bounded = flash.work().erases - before <= G::HALF_SECTORS;
        Ok(Self {
            values,
            bounded,
            geometry: PhantomData,
        })
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        let values = &mut self.values;
        match step {
            Step::Set(owner, key, value) => values.set(id(*owner), key, value)?,
            Step::Delete(owner, key) => {
                values.delete(id(*owner), key)?;
            }
            Step::Forget(owner) => values.forget(id(*owner))?,
            Step::Retain(end) => values.retain(|owner| owner.0[0] < *end)?,
            Step::Idle => {
                while values.wants_erase().is_some() {
                    values.erase_step()?;
                }
            }
        }
        Ok(())
    }

    fn observe(&mut self) -> Result<State, Error> {
        let mut state = State::default();
        if !self.bounded {
            state.wrong.push("too many erases".into());
        }
        let (mut key, mut value) = ([0; 24], [0; VALUE_MAX]);
        for owner in 0..OWNERS {
            let (mut cursor, mut used) = (0, 0);
            while let Some((key, next)) = self.values.keys(id(owner), cursor, &mut key)? {
                cursor = next;
                let Some(value) = self.values.get(id(owner), key, &mut value)? else {
                    state.wrong.push(format!("{owner}'s {key} is only listed"));
                    continue;
                };
                used += entry_bytes(key.len(), value.len());
                let before = state.kept.insert((owner, key.into()), value.into());
                if before.is_some() {
                    state.wrong.push(format!("{owner}'s {key} is listed twice"));
                }
            }
            let found = self.values.used(id(owner))?;
            if found != used {
                state
                    .wrong
                    .push(format!("{owner} uses {used}, not {found}"));
            }
        }
        let (live, found) = (state.records(), self.values.live());
        if live != found {
            state.wrong.push(format!("{live} records, not {found}"));
        }
        Ok(state)
    }

    fn after(before: &State, step: &Step) -> Option<State> {
        let mut state = before.clone();
        match step {
            Step::Set(owner, key, value) => {
                state.kept.insert((*owner, (*key).into()), value.clone());
                if state != *before && state.records() > G::map().capacity(WRITE) {
                    return None;
                }
            }
            Step::Delete(owner, key) => {
                state.kept.remove(&(*owner, (*key).into()));
            }
            Step::Forget(owner) => return Some(state.without(|one| one == *owner)),
            Step::Retain(end) => return Some(state.without(|one| one >= *end)),
            Step::Idle => {}
        }
        Some(state)
    }

    fn is_part(before: &State, step: &Step, found: &State) -> bool {
        let Step::Retain(end) = *step else {
            return false;
        };
        // One owner after the other is forgotten.
        let owners = |gone: u8, owner: u8| owner >= end && gone & 1 << owner != 0;
        (0..1 << OWNERS).any(|gone| before.without(|owner| owners(gone, owner)) == *found)
    }

    fn finish(&mut self, state: &State) -> Result<(), String> {
        let values = &mut self.values;
        let (new, key) = ([7; 40], "new");
        let after = state.without(|owner| owner == 0);
        // What the others keep may leave no room.
        let room =
            after.records() + entry_records(key.len(), new.len()) <= G::map().capacity(WRITE);
        let after = if room { after } else { State::default() };
        let mut work = || {
            values.forget(id(0))?;
            if !room {
                let full = values.set(id(0), key, &new);
                if !matches!(full, Err(Error::Full { .. })) {
                    return Ok(false);
                }
                values.retain(|_| false)?;
            }
            for round in 0..3 {
                values.set(id(0), key, &[round; 40])?;
            }
            values.set(id(0), key, &new)?;
            let mut buffer = [0; VALUE_MAX];
            let found = values.get(id(0), key, &mut buffer)? == Some(&new[..]);
            Ok::<bool, Error>(found && values.delete(id(0), key)?)
        };
        match work() {
            Ok(true) => {}
            other => return Err(format!("after {state:?}: {other:?}")),
        }
        let found = self.observe().map_err(|error: Error| error.to_string())?;
        match found == after {
            true => Ok(()),
            false => Err(format!("{state:?} came to be {found:?}")),
        }
    }
}
