//! Forged records of values.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};

use super::board::plugin;
use super::forgery::{Hand, few};

/// Owners whose values are forged.
pub(crate) const OWNERS: u8 = 4;

/// Keys that are forged; the last one is as long as keys are.
pub(crate) const KEYS: [&str; 5] = ["", "a", "b", "config", "a key of 24 bytes ......"];

const VALUE: u8 = 32;
const DELETED: u8 = 33;
const FORGOTTEN: u8 = 34;
const MORE: u8 = 35;

/// Bytes of key and value in the last record of a change, and in each before it.
const LAST: usize = 44;
const EACH: usize = 56;

/// Where the last record is that is about an owner's key.
pub(crate) type Names = BTreeMap<(u8, Vec<u8>), u16>;

impl<const WRITE: usize> Hand<'_, WRITE> {
    /// A change, as a rule one that could be.
    pub(super) fn entry(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let kind = *u.choose(&[VALUE, VALUE, VALUE, VALUE, DELETED, FORGOTTEN])?;
        let owner = few(u, OWNERS)?;
        let key = match few(u, KEYS.len() as u8)? {
            number @ 0..5 => KEYS[usize::from(number)].as_bytes().to_vec(),
            other => vec![other; usize::from(other % 25)],
        };
        let length = *u.choose(&[0, 1, 4, 20, 38, 44, 60, 128, 129])?;
        let value = vec![u.arbitrary()?; length];
        let instead = if u.ratio(7, 8)? {
            self.names.get(&(owner, key.clone())).copied()
        } else {
            Some(few(u, 60)?.into())
        };
        match kind {
            VALUE => {
                let whole = u.ratio(15, 16)?;
                self.value(owner, &key, &value, instead, whole);
            }
            DELETED => self.last(kind, owner, &key, &[], instead),
            _ => self.last(kind, owner, &[], &[], None),
        }
        match kind {
            VALUE => {
                self.names
                    .insert((owner, key), self.place.saturating_sub(1));
            }
            DELETED => {
                self.names.remove(&(owner, key));
            }
            _ => self.names.retain(|(one, _), _| *one != owner),
        }
        Ok(())
    }

    /// Many short values under keys of their own: more than a half takes at times.
    pub(super) fn entries(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let owner = few(u, OWNERS)?;
        for number in 0..u.int_in_range(1..=60_u8)? {
            let key = [b'0' + number / 10, b'0' + number % 10];
            let name = (owner, key.to_vec());
            let instead = self.names.get(&name).copied();
            self.value(owner, &key, &[number], instead, true);
            self.names.insert(name, self.place.saturating_sub(1));
        }
        Ok(())
    }

    /// All records of a value; not all, if it is not to be whole.
    fn value(&mut self, owner: u8, key: &[u8], value: &[u8], instead: Option<u16>, whole: bool) {
        let payload = [key, value].concat();
        let rest = payload.get(LAST..).unwrap_or_default();
        for part in rest.chunks(EACH).skip(usize::from(!whole)) {
            self.next.kind = MORE;
            self.next.says = part.to_vec();
            self.put();
        }
        self.last(VALUE, owner, key, value, instead);
    }

    /// The record that makes a change.
    fn last(&mut self, kind: u8, owner: u8, key: &[u8], value: &[u8], instead: Option<u16>) {
        let mut says = plugin(owner).0.to_vec();
        says.extend(instead.unwrap_or(u16::MAX).to_le_bytes());
        says.extend([key.len() as u8, value.len() as u8]);
        says.extend(key.iter().chain(value).take(LAST));
        self.next.kind = kind;
        self.next.says = says;
        self.put();
    }
}
