;; The smallest plugin: `init`, and an export that answers with its request.
(module
  (memory (export "memory") 1)
  (data (i32.const 64) "\00\01\00\00")
  (global (export "corelet:abi/exchange@1") i32 (i32.const 64))
  (func (export "init") (param i32 i32) (result i64) (i64.const 0))
  (func (export "acme:demo/echo@1.0.0#echo") (param $pointer i32) (param $length i32) (result i64)
    (i64.or
      (i64.shl (i64.extend_i32_u (local.get $pointer)) (i64.const 32))
      (i64.extend_i32_u (local.get $length))))
  ;; The key of each export's name, and its shape.
  (@custom "corelet:shapes"
    "\13\72\b5\7a\c5\af\d2\f5" "\01\00\00\00\00\00\00\00"
    "\c1\a0\13\46\f1\da\75\6e" "\02\00\00\00\00\00\00\00"))
