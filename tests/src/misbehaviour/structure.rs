//! Modules that are signed, and no plugins of this ABI.

use corelet_host::abi::Shape;

use super::refused;
use crate::{Case, Expected, Plugin, manifest, signed};

pub(super) fn cases() -> Vec<Case> {
    let unbuilt = |name: &str, module: &[u8], words: &'static str| Case {
        name: name.into(),
        image: signed(&manifest("misbehaving"), module),
        expected: Expected::Refused(words),
    };
    vec![
        unbuilt("no module", b"#!/bin/sh", "reason: NotAModule"),
        unbuilt("an empty module", b"", "reason: NotAModule"),
        unbuilt(
            "a million types in thirteen bytes",
            b"\0asm\x01\0\0\0\x01\x03\x80\x89\x7a",
            "Refused(Refusal {",
        ),
        unbuilt(
            "a module that exports nothing",
            b"\0asm\x01\0\0\0",
            "Refused(Refusal {",
        ),
        refused(
            "more memory than the slot allows",
            &Plugin::new().memory("32769 (pagesize 1)"),
            "what: MemoryBytes, found: 32769, allowed: 32768",
        ),
        refused(
            "a page of 64 KiB in a slot of 32",
            &Plugin::new().memory("1"),
            "what: MemoryBytes, found: 65536, allowed: 32768",
        ),
        refused(
            "an exchange buffer outside the memory",
            &Plugin::new().exchange_at(2048),
            "ExchangeAddress {",
        ),
        refused(
            "an exchange buffer near the end of all addresses",
            &Plugin::new().exchange_at(0xffff_fffc),
            "ExchangeAddress {",
        ),
        refused(
            "an exchange buffer of another alignment",
            &Plugin::new().exchange_at(0x302),
            "Refused(Refusal {",
        ),
        refused(
            "an export of another type",
            &Plugin::new().items(
                r#"(func (export "corelet:plugin/ticker@0.1.0#tick") (result i32) (i32.const 0))"#,
            ),
            "Refused(Refusal {",
        ),
        refused(
            "an export without a shape",
            &Plugin::new().items(
                r#"(func (export "a:b/c@1.0.0#d") (param i32 i32) (result i64) (i64.const 0))"#,
            ),
            "Refused(Refusal {",
        ),
        refused(
            "two shapes for one export",
            &Plugin::new().import("a:b/c@1.0.0", "d", Shape(1)).import(
                "a:b/c@1.0.0",
                "d",
                Shape(2),
            ),
            "Refused(Refusal {",
        ),
        refused(
            "code that is not valid",
            &Plugin::new().export("wrong", "(i32.const 0)"),
            "Operand",
        ),
        refused(
            "a function that starts by itself",
            &Plugin::new().items("(func $start) (start $start)"),
            "Refused(Refusal {",
        ),
    ]
}
