;; A plugin that answers with its request, itself or through the host.
(module
  (import "acme:demo/host@1.0.0" "serve" (func $serve (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "\00\01\00\00")
  (global (export "corelet:abi/exchange@1") i32 (i32.const 64))
  (func (export "init") (param i32 i32) (result i64) (i64.const 0))
  (func (export "acme:demo/bench@1.0.0#echo") (param $pointer i32) (param $length i32) (result i64)
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $pointer)) (i64.const 32))
      (i64.extend_i32_u (local.get $length))))
  (func (export "acme:demo/bench@1.0.0#host-call") (param $pointer i32) (param $length i32) (result i64)
    (i64.or
      (i64.const 0x0000_1000_0000_0000)
      (i64.extend_i32_u
        (call $serve (local.get $pointer) (local.get $length) (i32.const 4096) (i32.const 64)))))
  ;; The key of each function's name, and its shape.
  (@custom "corelet:shapes"
    "\13\72\b5\7a\c5\af\d2\f5" "\01\00\00\00\00\00\00\00"
    "\7a\95\0d\64\d8\4d\ed\ad" "\01\00\00\00\00\00\00\00"
    "\a0\ed\d0\f1\ff\4c\bf\73" "\01\00\00\00\00\00\00\00"
    "\c8\e1\88\d2\69\b3\24\1c" "\01\00\00\00\00\00\00\00"))
