//! What admission reckons in fuel, told to wasmi.

use corelet_admission::fuel::{BYTES_PER_FUEL, cost};
use wasmi::{Config, CustomFuelCosts, OperatorCost};

/// Has `config` charge what [`corelet_admission::fuel`] says. What costs there what it costs here by default is left out:
/// a test holds all of them against each other.
pub(crate) fn charge(config: &mut Config) {
    config
        .operator_cost(OperatorCost {
            call: cost(0x10),
            call_indirect: cost(0x11),
            memory_grow: cost(0x40),
            i64_div_s: cost(0x7f),
            i64_div_u: cost(0x80),
            i64_rem_s: cost(0x81),
            i64_rem_u: cost(0x82),
            f32_sqrt: cost(0x91),
            f64_nearest: cost(0x9e),
            f64_sqrt: cost(0x9f),
            i32_trunc_f64_s: cost(0xaa),
            i32_trunc_f64_u: cost(0xab),
            i64_trunc_f64_s: cost(0xb0),
            i64_trunc_f64_u: cost(0xb1),
            f64_convert_i64_s: cost(0xb9),
            f64_convert_i64_u: cost(0xba),
            i32_trunc_sat_f64_s: cost(0xfc02),
            i32_trunc_sat_f64_u: cost(0xfc03),
            i64_trunc_sat_f64_s: cost(0xfc06),
            i64_trunc_sat_f64_u: cost(0xfc07),
            ..OperatorCost::default()
        })
        .fuel_cost(CustomFuelCosts {
            bytes_copied_per_fuel: BYTES_PER_FUEL,
            // Nothing is translated or validated while a plugin runs.
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        });
}
