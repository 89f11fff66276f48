//! How large a plugin is, beside how large it may be.

use corelet_admission::Quantity;
use corelet_admission::heap::HeapBound;
use corelet_host::{Judged, Session, SlotPolicy};

use super::device::Device;
use super::messages::{self, Message};
use crate::function_name::function_name;

/// One figure and its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    /// In snake case, as in JSON.
    pub(crate) name: &'static str,
    pub(crate) found: u64,
    pub(crate) limit: u64,
    pub(crate) unit: &'static str,
}

/// An imported function, and what is granted of its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Imported {
    pub(crate) interface: String,
    pub(crate) function: String,
    /// The `grant` record that holds; empty for no limit.
    pub(crate) grant: Vec<u8>,
    /// The most bytes of a request.
    pub(crate) request: usize,
    /// The most bytes of a response.
    pub(crate) response: usize,
}

/// The function with the most code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Largest {
    pub(crate) name: String,
    /// The most heap that its translation takes.
    pub(crate) heap: u32,
}

/// The fuel of the slice whose length is told.
pub(crate) const SLICE: u64 = 1_000;

/// All that is known of a plugin that is admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) list: Vec<Figure>,
    /// The most heap by what it is taken for, in bytes on a target of 32 bits.
    pub(crate) heap: HeapBound,
    /// The most fuel that a slice of [`SLICE`] uses up.
    pub(crate) slice: u64,
    /// The function with the most code.
    pub(crate) largest: Option<Largest>,
    pub(crate) imports: Vec<Imported>,
    pub(crate) exports: Vec<Message>,
}

impl Figures {
    /// Those of a plugin that `policy` takes. `names` is a module whose functions are those of the judged one, and which may
    /// have kept their names. `config` is the length of what `init` is called with, if that is known.
    pub(super) fn of<B: 'static>(
        judged: &Judged<'_>,
        device: &Device<B>,
        policy: &SlotPolicy,
        session: &Session,
        config: Option<usize>,
        names: &[u8],
    ) -> Self {
        let admitted = &judged.admitted;
        let (figures, limits) = (admitted.figures(), admitted.limits());
        let bound = judged.budget.heap_bound(figures);
        let exports = messages::of_exports(admitted, config);
        let mut list = vec![
            Figure {
                name: "module_bytes",
                found: admitted.module().len() as u64,
                limit: limits.module_bytes.into(),
                unit: "B",
            },
            Figure {
                name: "memory_bytes",
                found: admitted.memory_bytes().into(),
                limit: limits.memory_bytes.into(),
                unit: "B",
            },
            Figure {
                name: "stack_bytes",
                found: judged.budget.stack.into(),
                limit: policy.budget.stack.into(),
                unit: "B",
            },
            Figure {
                name: "heap_bytes",
                found: bound.without_memory().into(),
                limit: judged.budget.heap.into(),
                unit: "B",
            },
            Figure {
                name: "exchange_bytes",
                found: exports.iter().filter_map(Message::sum).max().unwrap_or(0),
                limit: judged.exchange_bytes.into(),
                unit: "B",
            },
            Figure {
                name: "fuel_per_call",
                found: judged.fuel_per_call,
                limit: policy.fuel_per_call,
                unit: "",
            },
        ];
        let largest = figures.largest.map_or(0, |largest| largest.bytes);
        let counts = [
            (Quantity::FunctionBytes, largest),
            (Quantity::Functions, figures.functions),
            (Quantity::Imports, figures.imports),
            (Quantity::Locals, figures.locals),
            (Quantity::Nesting, figures.nesting),
            (Quantity::Operands, figures.operands),
            (Quantity::BlockFuel, figures.block_fuel),
            (Quantity::PrepaidFuel, figures.prepaid_fuel),
        ];
        list.extend(counts.map(|(quantity, found)| Figure {
            name: quantity.field(),
            found: found.into(),
            limit: limits.of(quantity).into(),
            unit: if quantity == Quantity::FunctionBytes {
                "B"
            } else {
                ""
            },
        }));
        list.push(Figure {
            name: "calls",
            found: judged.budget.calls(figures).into(),
            limit: judged.budget.recursion.into(),
            unit: "",
        });
        Self {
            list,
            heap: bound,
            slice: judged.budget.slice_fuel(admitted, SLICE),
            largest: figures.largest.map(|largest| Largest {
                name: function_name(names, largest.index),
                heap: largest.heap,
            }),
            imports: imports(judged, device, session),
            exports,
        }
    }

    /// The figure of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Figure> {
        self.list.iter().find(|figure| figure.name == name)
    }
}

fn imports<B: 'static>(
    judged: &Judged<'_>,
    device: &Device<B>,
    session: &Session,
) -> Vec<Imported> {
    let imports = judged.admitted.imports().map(|import| {
        let found = device
            .table
            .find(import.interface, import.function, Some(import.shape));
        let function = found.ok().and_then(|entry| device.table.function(entry));
        let grant = session.granted(&device.table, import.interface);
        Imported {
            interface: import.interface.to_owned(),
            function: import.function.to_owned(),
            grant: grant.unwrap_or_default().to_vec(),
            request: function.map_or(0, |function| function.request_max),
            response: function.map_or(0, |function| function.response_max),
        }
    });
    imports.collect()
}
