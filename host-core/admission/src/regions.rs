//! The regions of a function: the interpreter takes the fuel of one at once; see [`crate::fuel`].
//!
//! wasmi opens a region where the code of a function, a `loop`, an `if` or an `else` begins, unless it knows that nothing gets
//! there: then that code is charged to the region around it, though it is never translated. It knows more than the
//! specification, since it folds constants. So code that nothing may get to by what is known here is counted in both, and
//! what [`Region::close`] finds is the exact fuel of code without such places, and never less than the fuel of any.
//! But for one: an access to a constant address above the memory's declared maximum is a trap for wasmi, and not doubtful here. What it
//! leaves out behind may be charged to the region around beyond what is found, and beyond `block_fuel`: that code never runs, since
//! the trap comes first, so it costs the plugin fuel and nobody time.
//!
//! Since all of a region is paid for where it begins, what stands behind a call or an inner region in it is *prepaid* while that
//! runs: a call that was suspended there goes on with it for no fuel. [`Closed::prepaid`] is the most of it.

use crate::fuel::REGION;
use crate::operands::Opener;

/// See [`Region::prepaid`].
const NOWHERE: i16 = i16::MIN;

/// Whether anything gets to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As far as the interpreter can know.
    Live,
    /// The interpreter may know better.
    Doubtful,
    /// Nothing gets there by the specification: it may take operands of any type.
    Never,
}

/// An open block, as a region or a part of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region {
    /// Of the instructions in it so far, and of the blocks in it that are charged along with it; 65,535 stands for
    /// more, too.
    fuel: u16,
    /// The most that is prepaid at a place in it, less its own fuel, which is known at its end; [`NOWHERE`] if a call is never
    /// suspended in it, and [`i16::MAX`] stands for more, too.
    prepaid: i16,
    pub(crate) opener: Opener,
    pub(crate) reach: Reach,
    /// It began where the code is live.
    began_live: bool,
    /// A live branch leaves it for its end.
    left: bool,
}

impl Region {
    pub(crate) const EMPTY: Self = Self {
        fuel: 0,
        prepaid: NOWHERE,
        opener: Opener::Block,
        reach: Reach::Live,
        began_live: true,
        left: false,
    };

    /// A block in `outer`; a function, in an empty one.
    pub(crate) fn open(opener: Opener, outer: Self) -> Self {
        let live = outer.reach == Reach::Live;
        Self {
            opener,
            reach: if live { Reach::Live } else { Reach::Doubtful },
            began_live: live,
            ..Self::EMPTY
        }
    }

    /// Adds the fuel of an instruction.
    pub(crate) fn charge(&mut self, fuel: u8) {
        self.fuel = self.fuel.saturating_add(u16::from(fuel));
    }

    /// A call may be suspended here, where the regions inside have prepaid this much.
    pub(crate) fn suspend(&mut self, prepaid: i16) {
        let used = i16::try_from(self.fuel).unwrap_or(i16::MAX);
        let here = match prepaid {
            i16::MAX => i16::MAX,
            // Below it there is nothing but what no call is suspended in.
            less => less.saturating_sub(used).max(NOWHERE + 1),
        };
        self.prepaid = self.prepaid.max(here);
    }

    /// What follows is never reached, if the interpreter finds what it may find.
    pub(crate) fn doubt(&mut self) {
        if self.reach == Reach::Live {
            self.reach = Reach::Doubtful;
        }
    }

    /// A live branch leaves it.
    pub(crate) const fn leave(&mut self) {
        self.left = true;
    }

    /// The `else` of this `if`, in `outer`.
    pub(crate) fn turn(self, outer: Self) -> Self {
        Self {
            // The end of the `if` goes to that of the `else`.
            left: self.left || self.reach == Reach::Live,
            ..Self::open(Opener::Else, outer)
        }
    }

    /// Takes its fuel to `outer` if it is charged there, what is prepaid, and what holds behind its end, which is not that before
    /// an `else`.
    pub(crate) fn close_in(self, outer: &mut Self, turns: bool) -> Closed {
        let closed = self.close();
        match self.opener {
            Opener::Block if self.prepaid == NOWHERE => (),
            Opener::Block => outer.suspend(self.prepaid),
            _ => outer.suspend(i16::try_from(closed.prepaid).unwrap_or(i16::MAX)),
        }
        if self.opener == Opener::Block || !self.began_live {
            outer.fuel = outer.fuel.saturating_add(self.fuel);
        }
        let reached = match self.opener {
            // Without an `else`, its condition may lead past it.
            Opener::If | Opener::Function => true,
            Opener::Loop => self.reach == Reach::Live,
            Opener::Block | Opener::Else => self.reach == Reach::Live || self.left,
        };
        if !reached && !turns {
            outer.doubt();
        }
        closed
    }

    /// What it comes to, if it is a region.
    fn close(&self) -> Closed {
        if self.opener == Opener::Block {
            return Closed::NOTHING;
        }
        let fuel = u32::from(self.fuel);
        let prepaid = match self.prepaid {
            NOWHERE => 0,
            i16::MAX => u16::MAX.into(),
            less => fuel.saturating_add_signed(less.into()),
        };
        Closed {
            fuel: fuel.saturating_add(REGION),
            prepaid,
        }
    }
}

/// What a region comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed {
    /// The fuel that it needs at once.
    pub(crate) fuel: u32,
    /// The most fuel that it and the regions in it have taken for code which is still to run, when a call is suspended in them.
    pub(crate) prepaid: u32,
}

impl Closed {
    pub(crate) const NOTHING: Self = Self {
        fuel: 0,
        prepaid: 0,
    };
}
