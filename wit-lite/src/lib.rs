//! # The contract between plugins and firmware
//!
//! A contract is [WIT](https://component-model.bytecodealliance.org/design/wit.html) within a *bounded profile*, so
//! that the largest message of every function is known when the contract is compiled. This crate reads it
//! ([`Contract::load`]), refuses what is outside the profile with the line and the mend ([`Refusals`]), knows the
//! size and the shape of every function, compares two contracts ([`diff`]), lists one ([`show`]), encodes values from
//! JSON ([`value`]), and makes Rust for both sides ([`emit`]). How messages are encoded and calls are made stands in
//! `corelet-abi`.
//!
//! ```
//! use corelet_wit::Contract;
//! let contract = Contract::parse(&[("pump.wit", "
//!     package vendor:pump@1.0.0;
//!     interface motor {
//!         /// @max(result.err: 16)
//!         set-speed: func(rpm: u16) -> result<_, string>;
//!     }
//!     world pump { import motor; }
//! ")])?;
//! let world = contract.world(None).unwrap();
//! let motor = contract.interface(world.imports[0]);
//! assert_eq!(contract.request_max(&motor.functions[0]), 3);
//! assert_eq!(
//!     contract.shape_text(motor, &motor.functions[0]),
//!     "vendor:pump/motor#set-speed(rpm: u16) -> result<_, string<max 16>>",
//! );
//! # Ok::<(), corelet_wit::Refusals>(())
//! ```
//!
//! ## The profile
//!
//! Types are `bool`, integers, floats, `char`, `string`, `list<T>`, `list<T, N>` of 1 to [`FIXED_LIST_MAX`] items,
//! `tuple` of up to [`TUPLE_MAX`] parts, `option`, `result`, `record`, `variant`, `enum`, `flags`, and other names
//! for them (`type`, `use`), nested in each other as one likes. Functions stand in interfaces and take up to
//! [`PARAMS_MAX`] parameters; a request, a response and every type have up to [`MESSAGE_MAX`] bytes. A world imports
//! and exports interfaces by their names, none of them both ways; its record `config`, if there is one, is what
//! `init` takes. Resources, `async`, `stream`, `future`, `error-context` and `map` are refused, and so are functions
//! and interfaces that are written inside a world.
//!
//! Two attributes stand in doc comments, each alone on a line:
//!
//! - `@max(N)`, 1 to [`BOUND_MAX`], is the bound of a string in bytes or of a list in items. Every string and list
//!   needs one. On a type, a field or a case it is of the outermost string or list there. Those that are deeper are
//!   reached by a path: `item` leads into a list, `some` into an `option`, `ok` and `err` into a `result`, a number
//!   into a `tuple`, as in `@max(8, item.1: 64)` on a `list<tuple<u8, string>>`. On a function the path begins with a
//!   parameter or with `result`: `@max(message: 64, result.err: 32)`. A type with a name is bounded where it is
//!   defined, and nowhere else.
//! - `@open`, on an enum, lets its cases grow: they are not part of the shape, and a number without a case is a
//!   value. New cases go behind the old ones, which keep their numbers.
//!
//! Other lines that begin with `@` are refused. Bindings give a record `grant` in an interface to the host as what a
//! plugin's manifest grants it.
//!
//! ## Shapes
//!
//! A shape is 64 bits that stand for the whole signature of a function: the first eight bytes, little-endian, of the
//! SHA-256 of this text in UTF-8, without a line end ([`Contract::shape_text`]):
//!
//! ```text
//! function  = package "/" interface "#" name "(" [ param { ", " param } ] ")" [ " -> " type ]
//! package   = namespace ":" name                          without the version
//! param     = name ": " type
//! type      = "bool" | "u8" | "u16" | "u32" | "u64" | "s8" | "s16" | "s32" | "s64" | "f32" | "f64" | "char"
//!           | "string<max " N ">"
//!           | "list<" type ", max " N ">"                 a list with a bound
//!           | "list<" type ", " N ">"                     a list of fixed length
//!           | "tuple<" type { ", " type } ">"
//!           | "option<" type ">"
//!           | "result<" ( type | "_" ) ", " ( type | "_" ) ">"
//!           | "record { " field { ", " field } " }"       field = name ": " type
//!           | "variant { " case { ", " case } " }"        case = name [ "(" type ")" ]
//!           | "enum { " name { ", " name } " }"
//!           | "open enum " name                           its cases are left out
//!           | "flags { " name { ", " name } " }"
//! ```
//!
//! Names are written as in the contract, without `%`; N is decimal. A name of a type is replaced by what it stands
//! for (so renaming a type changes no shape), but for an open enum's. `init` of a world, which stands in no
//! interface, begins with `init(`: its parameter is the world's `config`, if it has one, and its result is
//! `result<_, error>` with `error` of `corelet:plugin/types`. The version of a package is not part of the text: which versions
//! go together is decided by their numbers, and then the shape decides for each function.

#![forbid(unsafe_code)]

mod contract;
pub mod diff;
pub mod emit;
mod grants;
mod load;
mod model;
mod parse_error;
mod profile;
mod refusal;
mod shapes;
pub mod show;
mod sizes;
mod source;
mod standard;
mod suggest;
pub mod value;

pub use grants::{Grant, GrantError, GrantProblem};
pub use model::{
    Case, Contract, Field, Function, Interface, InterfaceId, Label, Owner, PackageName, Type,
    TypeDef, TypeId, TypeKind, World,
};
pub use profile::{BOUND_MAX, FIXED_LIST_MAX, MESSAGE_MAX, PARAMS_MAX, TUPLE_MAX};
pub use refusal::{Place, Refusal, Refusals};
pub use standard::STANDARD_FILES;
pub use suggest::nearest;
