//! Pickles that were written to do harm.

use super::{check_refused, refusal};
use crate::open::{MAX_STEPS, open_model};

/// A pickle of protocol 4 of these pieces.
fn pickle(pieces: &[&[u8]]) -> Vec<u8> {
    [&[0x80, 4], &pieces.concat()[..]].concat()
}

fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("short");
    [&[0x8c, length], text.as_bytes()].concat()
}

fn global(module: &str, name: &str) -> Vec<u8> {
    [text(module), text(name), vec![0x93]].concat()
}

#[test]
fn a_call_of_anything_else_is_refused_by_name() {
    for (module, name) in [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "exec"),
        ("builtins", "getattr"),
        ("subprocess", "Popen"),
        ("importlib", "import_module"),
        ("numpy", "load"),
        ("numpy.core.multiarray", "system"),
        ("sklearn.linear_model._sgd_fast", "Unknown"),
        ("joblib.numpy_pickle", "load"),
    ] {
        let wanted = format!("{module}.{name} may not stand in a model's file");
        let call = pickle(&[&global(module, name), &text("echo"), b"\x85R."]);
        check_refused(&call, &wanted);
        let old = pickle(&[format!("c{module}\n{name}\n").as_bytes(), b"(tR."]);
        check_refused(&old, &format!("byte 2: {wanted}"));
    }
}

#[test]
fn what_scikit_learn_can_change_comes_with_its_remedy() {
    for (module, name, remedy) in [
        ("scipy.sparse._csr", "csr_matrix", "call densify()"),
        (
            "numpy.random._pickle",
            "__randomstate_ctor",
            "set_params(random_state=42)",
        ),
        (
            "sklearn.pipeline",
            "Pipeline",
            "save the SGDClassifier in it by itself",
        ),
        (
            "sklearn.utils._metadata_requests",
            "MetadataRequest",
            "without set_partial_fit_request",
        ),
        (
            "sklearn.linear_model._logistic",
            "LogisticRegression",
            "only SGDClassifier is opened",
        ),
    ] {
        check_refused(&pickle(&[&global(module, name), b")\x81."]), remedy);
    }
}

#[test]
fn opcodes_that_call_import_or_fetch_are_refused_by_name() {
    for (op, name) in [
        (&b"\x82\x01"[..], "EXT1"),
        (b"\x83\x01\0", "EXT2"),
        (b"\x84\x01\0\0\0", "EXT4"),
        (b"Pid\n", "PERSID"),
        (b"Q", "BINPERSID"),
        (b"(S'echo'\nios\nsystem\n", "STRING"),
        (b"(ios\nsystem\n", "INST"),
        (b"(o", "OBJ"),
        (b"\x92", "NEWOBJ_EX"),
        (b"\x97", "NEXT_BUFFER"),
        (b"I1\n", "INT"),
        (b"0", "POP"),
        (b"2", "DUP"),
    ] {
        let message = refusal(&pickle(&[op, b"."]));
        assert!(
            message.contains(&format!("the opcode {name} may not stand")),
            "{message}"
        );
        assert!(message.starts_with("byte "), "{message}");
    }
    check_refused(
        &pickle(&[b"\xf0."]),
        "byte 2: 0xf0 is no opcode of a pickle",
    );
    check_refused(&[0x80, 9, b'.'], "protocol 9: 2 to 5 are opened");
}

#[test]
fn a_class_is_made_in_its_own_way_only() {
    let sgd = global("sklearn.linear_model._stochastic_gradient", "SGDClassifier");
    check_refused(
        &pickle(&[&sgd, b")R."]),
        "a classifier is not made this way",
    );
    check_refused(
        &pickle(&[&sgd, b"N\x85\x81."]),
        "a classifier is not made this way",
    );
    check_refused(
        &pickle(&[&sgd, b")\x81."]),
        "a classifier without attributes",
    );
    check_refused(&pickle(&[&sgd, b")\x81}b}b."]), "takes no state here");
    check_refused(
        &pickle(&[&global("numpy", "ndarray"), b")R."]),
        "not made this way",
    );
    check_refused(&pickle(&[b"K\x01)R."]), "only a class can be called");
    check_refused(
        &pickle(&[b"}."]),
        "the file holds a dict, an SGDClassifier is needed",
    );
}

/// joblib's wrapper of an array of this dtype, shape `(length,)`.
fn wrapper(dtype: &str, length: &[u8]) -> Vec<u8> {
    [
        &global("joblib.numpy_pickle", "NumpyArrayWrapper")[..],
        b")\x81}(",
        &text("subclass"),
        &global("numpy", "ndarray"),
        &text("shape"),
        length,
        b"\x85",
        &text("order"),
        &text("C"),
        &text("dtype"),
        &global("numpy", "dtype"),
        &text(dtype),
        b"\x89\x88\x87R(K\x03",
        &text("<"),
        b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tbub",
    ]
    .concat()
}

#[test]
fn a_pickle_inside_an_array_of_objects_is_read_as_strictly() {
    let inside = |pieces: &[&[u8]]| pickle(&[&wrapper("O8", b"K\x01"), &pickle(pieces), b"."]);
    let call = inside(&[&global("os", "system"), &text("echo"), b"\x85R."]);
    check_refused(&call, "os.system may not stand");
    check_refused(
        &inside(&[&wrapper("O8", b"K\x01")]),
        "joblib's array in an array of objects",
    );
    check_refused(&inside(&[b"Pid\n."]), "the opcode PERSID");
    check_refused(&inside(&[b"N."]), "the file holds an array");
}

#[test]
fn hostile_lengths_are_compared_with_the_file() {
    let huge = b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f";
    check_refused(&pickle(&[&wrapper("f8", huge), b"."]), "an array of shape");
    check_refused(
        &pickle(&[&wrapper("f8", b"J\0\0\0\x40"), b"."]),
        "the file ends early: an array",
    );
    check_refused(
        &pickle(&[&wrapper("U0", b"J\0\0\0\x40"), b"."]),
        "dtype \"U0\"",
    );
    check_refused(&pickle(&[&wrapper("V8", b"K\x01"), b"."]), "dtype \"V8\"");
    check_refused(
        &pickle(&[b"X\xff\xff\xff\xff"]),
        "the file ends early: a text needs 4294967295",
    );
    check_refused(&pickle(&[b"\x8d", &[0xff; 8]]), "byte ");
    check_refused(&pickle(&[b"\x96", &[0x7f; 8]]), "byte ");
    check_refused(&pickle(&[b"\x95", &[0x7f; 8]]), "byte ");
    check_refused(&pickle(&[b"\x8a\xff"]), "a whole number of 255 bytes");
}

#[test]
fn endless_nesting_and_values_that_hold_themselves_do_no_harm() {
    for op in [
        &b"("[..],
        b"]",
        b"N\x85",
        b"]\x94h\0a",
        b"}\x94N(h\0u",
        b")\x94(h\0h\0t\x94",
    ] {
        let mut file = pickle(&[]);
        (0..100_000).for_each(|_| file.extend(op));
        file.push(b'.');
        assert!(open_model(&file).is_err());
    }
    // Each tuple holds the one before ten times: 10^100 values if they were copies.
    let mut file = pickle(&[b"N\x94"]);
    (0..100u8)
        .for_each(|number| file.extend([&b"("[..], &[b'h', number].repeat(10), b"t\x94"].concat()));
    file.push(b'.');
    check_refused(&file, "belong to nothing");
}

#[test]
fn steps_are_limited() {
    let steps = usize::try_from(MAX_STEPS).expect("a small number");
    let file = [&pickle(&[])[..], &vec![b'('; steps + 1]].concat();
    check_refused(&file, "more than 4194304 steps");
}

/// Four names that are one long text.
#[test]
fn texts_that_are_named_again_are_not_copied_beyond_the_file() {
    let golden = include_bytes!("../../../goldens/open/1.9/data_frame.joblib");
    let name = |column: u8| [&b"\x8c\x09feature "[..], &[b'0' + column, 0x94]].concat();
    let names: Vec<u8> = (0..4).flat_map(name).collect();
    let at = golden
        .windows(names.len())
        .position(|window| window == names);
    let (before, rest) = golden.split_at(at.expect("the names stand in the file"));
    let long = "x".repeat(10_000);
    let again = [
        &b"X\x10\x27\0\0"[..],
        long.as_bytes(),
        b"q\xc8h\xc8h\xc8h\xc8",
    ]
    .concat();
    let file = [before, &again, &rest[names.len()..]].concat();
    check_refused(&file, "feature_names_in_ (byte ");
    check_refused(&file, "texts that are longer together than the file");
}
