//! Rules about templates, expressions, inputs and outputs.

use crate::support::{check_dag, fixed};
use expect_test::{Expect, expect};

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&check_dag(text));
}

#[test]
fn unknown_arg() {
    check(
        "
args: { scope: { default: src }, depth: {} }
nodes:
  - id: a
    run: [wc, \"{{ args.scop }}\", \"{{ args['depth'] }}\", \"{{ args.nothing_like_it }}\"]
    when: args.dept > 1
",
        expect![[r#"
              5 |     run: [wc, "{{ args.scop }}", "{{ args['depth'] }}", "{{ args.nothing_like_it }}"]
                                         ^^^^ unknown-arg (error): no argument `scop`; did you mean `scope`?
                                           fix: Change to `scope`
                                                                                   ^^^^^^^^^^^^^^^ unknown-arg (error): no argument `nothing_like_it`: declare it under `args`
              6 |     when: args.dept > 1
                                 ^^^^ unknown-arg (error): no argument `dept`; did you mean `depth`?
                                   fix: Change to `depth`
        "#]],
    );
    check(
        "nodes: [{id: a, run: [x, '{{ args }}', '{{ \"args.x\" }}', '{% raw %}{{ args.y }}{% endraw %}']}]",
        expect![[r#"
        no findings
    "#]],
    );
}

#[test]
fn positions_in_block_and_folded_scalars() {
    check(
        "
nodes:
  - id: a
    agent: code-reviewer
    prompt: |
      Ä first line
        {{ args.one }} and {{ args.two }}
  - id: b
    agent: code-reviewer
    prompt: >-
      folded
      {{ args.three }}
  - id: c
    agent: code-reviewer
    prompt: \"tab\\t{{ args.four }}\"
",
        expect![[r#"
            7 |         {{ args.one }} and {{ args.two }}
                                ^^^ unknown-arg (error): no argument `one`: declare it under `args`
                                                   ^^^ unknown-arg (error): no argument `two`: declare it under `args`
            12 |       {{ args.three }}
                               ^^^^^ unknown-arg (error): no argument `three`: declare it under `args`
            15 |     prompt: "tab\t{{ args.four }}"
                                           ^^^^ unknown-arg (error): no argument `four`: declare it under `args`
        "#]],
    );
}

#[test]
fn unknown_reference() {
    check(
        "
args: { scope: { default: src } }
nodes:
  - id: scan
    run: ./scan.sh
    outputs: [findings, { }]
  - id: plain
    run: ./plain.sh
  - id: report
    depends_on: [scan, plain]
    inputs: { a: scan.finding, b: scna.findings, c: scan.findings }
    run:
      - ./report.sh
      - \"{{ nodes.scann.status }}\"
      - \"{{ nodes.scan.outputs.findigs }} {{ nodes.scan.output }}\"
      - \"{{ nodes.plain.outputs.text }}\"
      - \"{{ inputs.aa }} {{ inputs.a }} {{ item }} {{ index }}\"
      - \"{{ run.idd }} {{ arg.scope }} {{ secrets.token }}\"
",
        expect![[r#"
            6 |     outputs: [findings, { }]
                                        ^^^ wrong-type (error): what stands in `outputs` must be a text, not a mapping
            11 |     inputs: { a: scan.finding, b: scna.findings, c: scan.findings }
                                       ^^^^^^^ unknown-reference (error): `scan` has no output `finding`; did you mean `findings`?
                                         line 4: `scan` is here
                                         fix: Change to `findings`
                                                   ^^^^ unknown-reference (error): no node `scna` in this DAG; did you mean `scan`?
                                                     fix: Change to `scan`
            14 |       - "{{ nodes.scann.status }}"
                                   ^^^^^ unknown-reference (error): no node `scann` in this DAG; did you mean `scan`?
                                     fix: Change to `scan`
            15 |       - "{{ nodes.scan.outputs.findigs }} {{ nodes.scan.output }}"
                                                ^^^^^^^ unknown-reference (error): `scan` has no output `findigs`; did you mean `findings`?
                                                  line 4: `scan` is here
                                                  fix: Change to `findings`
                                                                         ^^^^^^ unknown-reference (error): `nodes.scan` has `outputs` and `status`, no `output`; did you mean `outputs`?
                                                                           fix: Change to `outputs`
            16 |       - "{{ nodes.plain.outputs.text }}"
                                                 ^^^^ unknown-reference (error): `plain` declares no outputs; add `outputs: [text]` to it
                                                   line 7: `plain` is here
            17 |       - "{{ inputs.aa }} {{ inputs.a }} {{ item }} {{ index }}"
                                    ^^ unknown-reference (error): no input `aa`
                                                            ^^^^ unknown-reference (error): `item` exists only in nodes with `for_each`
                                                                       ^^^^^ unknown-reference (error): `index` exists only in nodes with `for_each`
            18 |       - "{{ run.idd }} {{ arg.scope }} {{ secrets.token }}"
                                 ^^^ unknown-reference (error): `run` has no `idd`, only `id`; did you mean `id`?
                                   fix: Change to `id`
                                           ^^^ unknown-reference (error): no variable `arg`; there are `args`, `nodes`, `inputs`, `run`; did you mean `args`?
                                             fix: Change to `args`
                                                           ^^^^^^^ unknown-reference (error): no variable `secrets`; there are `args`, `nodes`, `inputs`, `run`
        "#]],
    );
}

#[test]
fn references_that_are_fine() {
    check(
        "
args: { regions: { type: list, default: [eu] }, full: { type: boolean, default: false } }
nodes:
  - id: scan
    run: [x]
    outputs: { findings: { json: true }, log: { file: log.txt } }
  - id: each
    depends_on: [scan]
    for_each: args.regions
    when: nodes.scan.outputs.findings | length > 0 and not args.full
    run: [x, \"{{ item }} {{ item.key }} {{ index }} {{ run.id }}\"]
    outputs: [done]
  - id: last
    depends_on: [each]
    inputs: { done: each.done, text: scan.log.text }
    agent: planner
    prompt: |
      {% for one in nodes.each.outputs.done %}{{ loop.index }} {{ one }}{% endfor %}
      {% set name = nodes.scan.status %}{{ name | upper }} {{ range(3) }} {{ nodes['scan'].outputs['log'].text }}
      {{ nodes.scan.outputs.findings[0].title }} {{ nodes[args.full].status }} {{ inputs.done }}
      { not a template } {% raw %}{{ nodes.nobody }}{% endraw %}
  - id: sub
    dag: ./sub.dag.yaml
    depends_on: [last]
  - id: after
    depends_on: [sub]
    run: [x, \"{{ nodes.sub.outputs.anything }}\"]
",
        expect![[r#"
            23 |     dag: ./sub.dag.yaml
                          ^^^^^^^^^^^^^^ dag-not-found (error): there is no file `./sub.dag.yaml`
        "#]],
    );
}

#[test]
fn not_an_ancestor() {
    let text = "
nodes:
  - id: a
    run: x
    outputs: [o]
  - id: b
    run: [x, \"{{ nodes.a.outputs.o }}\", \"{{ nodes.b.status }}\", \"{{ nodes.c.status }}\"]
  - id: c
    depends_on: [b]
    inputs: { o: a.o }
    run: x
  - id: d
    when: nodes.a.status == 'failed'
    run: x
  - id: e
    depends_on:
      - d
    when: nodes.a.status == 'failed'
    run: x
";
    check(
        text,
        expect![[r#"
            7 |     run: [x, "{{ nodes.a.outputs.o }}", "{{ nodes.b.status }}", "{{ nodes.c.status }}"]
                                       ^ not-an-ancestor (error): `b` does not wait for `a`: add it to `depends_on`
                                         line 3: `a` is here
                                         fix: Wait for `a`
                                                                  ^ not-an-ancestor (error): `b` cannot use its own results
                                                                                          ^ not-an-ancestor (error): `c` runs after `b`: its results are not there yet
                                                                                            line 8: `c` is here
            10 |     inputs: { o: a.o }
                                  ^ not-an-ancestor (error): `c` does not wait for `a`: add it to `depends_on`
                                    line 3: `a` is here
                                    fix: Wait for `a`
            13 |     when: nodes.a.status == 'failed'
                                 ^ not-an-ancestor (error): `d` does not wait for `a`: add it to `depends_on`
                                   line 3: `a` is here
                                   fix: Wait for `a`
            18 |     when: nodes.a.status == 'failed'
                                 ^ not-an-ancestor (error): `e` does not wait for `a`: add it to `depends_on`
                                   line 3: `a` is here
                                   fix: Wait for `a`
        "#]],
    );
    expect![[r#"

        nodes:
          - id: a
            run: x
            outputs: [o]
          - id: b
            depends_on: [a]
            run: [x, "{{ nodes.a.outputs.o }}", "{{ nodes.b.status }}", "{{ nodes.c.status }}"]
          - id: c
            depends_on: [b]
            inputs: { o: a.o }
            run: x
          - id: d
            when: nodes.a.status == 'failed'
            run: x
          - id: e
            depends_on:
              - d
            when: nodes.a.status == 'failed'
            run: x
    "#]]
    .assert_eq(&fixed(text));
    expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            run: x
          - id: e
            depends_on:
              - b
              - a
            run: [x, '{{ nodes.a.status }}']
    "#]].assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n  - id: b\n    run: x\n  - id: e\n    depends_on:\n      - b\n    run: [x, '{{ nodes.a.status }}']\n"));
    expect![[r#"
        nodes:
          - id: a
            run: x
          - id: b
            run: x
          - id: e
            depends_on: [b, a]
            run: [x, '{{ nodes.a.status }}']
    "#]].assert_eq(&fixed("nodes:\n  - id: a\n    run: x\n  - id: b\n    run: x\n  - id: e\n    depends_on: [b]\n    run: [x, '{{ nodes.a.status }}']\n"));
}

#[test]
fn ancestors_through_others_and_barriers_are_fine() {
    check(
        "
phases:
  - { id: one, nodes: [a, b] }
  - { id: two, barrier: true, nodes: [c] }
nodes:
  - { id: a, run: x }
  - { id: b, run: x, depends_on: [a] }
  - { id: c, run: [x, '{{ nodes.a.status }}'] }
  - { id: d, run: [x, '{{ nodes.a.status }}'], depends_on: [c] }
",
        expect![[r#"
            no findings
        "#]],
    );
}

#[test]
fn in_a_cycle_order_is_moot() {
    check(
        "
nodes:
  - { id: a, run: x, depends_on: [b] }
  - { id: b, run: x, depends_on: [a] }
  - { id: c, run: [x, '{{ nodes.a.status }}'] }
",
        expect![[r#"
              4 |   - { id: b, run: x, depends_on: [a] }
                                                    ^ cycle (error): these nodes wait for each other: b → a → b
                                                      line 4: `b` waits for `a`
                                                      line 3: `a` waits for `b`
        "#]],
    );
}

#[test]
fn inputs() {
    check(
        "
nodes:
  - { id: one, run: x, outputs: [result, only, later] }
  - { id: two, run: x, outputs: [result] }
  - { id: three, run: x, depends_on: [one, two], inputs: [result, only, nothing] }
  - { id: four, run: x, depends_on: [one, two], inputs: { r: result, o: { from: one.only }, n: { from: nothing, default: 1 }, m: { from: nothing, required: false } } }
  - { id: five, run: x, inputs: [later] }
  - { id: six, run: x, outputs: [own], inputs: [own] }
",
        expect![[r#"
              5 |   - { id: three, run: x, depends_on: [one, two], inputs: [result, only, nothing] }
                                                                            ^^^^^^ ambiguous-input (error): both `one` and `two` make `result`; write which one, as `one.result`
                                                                              line 3: `one` makes it
                                                                              line 4: `two` makes it
                                                                              fix: Change to `one.result`
                                                                              fix: Change to `two.result`
                                                                                          ^^^^^^^ missing-input (error): `three` takes `nothing`, and no node that it waits for has such an output
              6 |   - { id: four, run: x, depends_on: [one, two], inputs: { r: result, o: { from: one.only }, n: { from: nothing, default: 1 }, m: { from: nothing, required: false } } }
                                                                               ^^^^^^ ambiguous-input (error): both `one` and `two` make `result`; write which one, as `one.result`
                                                                                 line 3: `one` makes it
                                                                                 line 4: `two` makes it
                                                                                 fix: Change to `one.result`
                                                                                 fix: Change to `two.result`
              7 |   - { id: five, run: x, inputs: [later] }
                                                   ^^^^^ missing-input (error): `five` takes `later`, which `one` makes, and does not wait for `one`
                                                     line 3: it is made here
              8 |   - { id: six, run: x, outputs: [own], inputs: [own] }
                                                                  ^^^ missing-input (error): `six` takes `own`, and no node that it waits for has such an output
        "#]],
    );
}

#[test]
fn template_syntax() {
    check(
        "
args: { x: {} }
nodes:
  - id: a
    agent: planner
    prompt: \"Do {{ args.x and {{ }} {% if args.x\"
  - id: b
    when: \"{{ args.x == 'y' }}\"
    run: x
  - id: c
    when: args.x ==
    run: [\"{{ args. }}\"]
",
        expect![[r#"
            6 |     prompt: "Do {{ args.x and {{ }} {% if args.x"
                                ^^ template-syntax (error): this `{{` is never closed by `}}`
                                              ^^^^^ template-syntax (error): an expression is missing between these braces
                                                    ^^ template-syntax (error): this `{%` is never closed by `%}`
                                                    ^^^^^^^^^^^^ template-syntax (error): `{% if %}` is never closed by `{% endif %}`
            8 |     when: "{{ args.x == 'y' }}"
                           ^^ template-syntax (error): an expression is written here without `{{` and `}}`
            11 |     when: args.x ==
                                  ^^ template-syntax (error): a value is missing after this operator
            12 |     run: ["{{ args. }}"]
                                   ^ template-syntax (error): a name is missing after this dot
        "#]],
    );
}

#[test]
fn template_in_run() {
    check(
        "
args: { scope: { default: src } }
nodes:
  - id: a
    run: find {{ args.scope }} -name {{ item.name }} | grep {{ nodes.b.outputs.c }}
  - id: github
    run: echo ${{ github.sha }} '{{.Names}}' {{ other }} {{items}}
",
        expect![[r#"
              5 |     run: find {{ args.scope }} -name {{ item.name }} | grep {{ nodes.b.outputs.c }}
                                ^^^^^^^^^^^^^^^^ template-in-run (error): `run` as a text is no template: use `$DIVISI_ARG_SCOPE`, or write `run` as a list
                                  fix: Change to `"$DIVISI_ARG_SCOPE"`
                                                       ^^^^^^^^^^^^^^^ template-in-run (error): `run` as a text is no template: take the value in with `inputs`, or write `run` as a list
                                                                              ^^^^^^^^^^^^^^^^^^^^^^^ template-in-run (error): `run` as a text is no template: take the value in with `inputs`, or write `run` as a list
        "#]],
    );
}

#[test]
fn template_in_run_fix_fits_the_quotes_around_it() {
    let dag = |run: &str| format!("args: {{ a-b: {{ default: src }} }}\nnodes:\n  - id: n\n    run: {run}\n");
    let fixed_run = |run: &str| fixed(&dag(run)).lines().last().unwrap_or_default().trim().to_owned();
    let results = [
        fixed_run("ls {{ args.a-b }} | wc"),
        fixed_run("ls \"{{ args.a-b }}/x\" | wc"),
        fixed_run("echo 'is {{ args.a-b }}' | wc"),
        fixed_run("\"ls {{ args.a-b }} | wc\""),
        fixed_run("'ls {{ args.a-b }} | wc'"),
        fixed_run("'ls ''{{ args.a-b }}'' | wc'"),
    ];
    expect![[r#"
        run: ls "$DIVISI_ARG_A_B" | wc
        run: ls "${DIVISI_ARG_A_B}/x" | wc
        run: echo 'is '"$DIVISI_ARG_A_B"'' | wc
        run: "ls \"$DIVISI_ARG_A_B\" | wc"
        run: 'ls "$DIVISI_ARG_A_B" | wc'
        run: 'ls ''''"$DIVISI_ARG_A_B"'''' | wc'"#]]
    .assert_eq(&results.join("\n"));
}

#[test]
fn template_in_run_knows_inputs() {
    expect![[r#"
        nodes:
          - id: a
            run: x
            outputs: [o]
          - id: b
            depends_on: [a]
            inputs: { the-list: a.o }
            run: cat "$DIVISI_INPUT_THE_LIST"
    "#]].assert_eq(&fixed(
        "nodes:\n  - id: a\n    run: x\n    outputs: [o]\n  - id: b\n    depends_on: [a]\n    inputs: { the-list: a.o }\n    run: cat {{ nodes.a.outputs.o }}\n",
    ));
}

#[test]
fn not_a_boolean() {
    check(
        "
args: { mode: { default: quick }, n: { type: integer }, list: { type: list }, dry: { default: false }, yes: { type: boolean }, any: { enum: [a, b] } }
nodes:
  - { id: a, run: x, when: args.mode }
  - { id: b, run: x, when: args.n }
  - { id: c, run: x, when: args.list }
  - { id: d, run: x, when: \"'yes'\" }
  - { id: e, run: x, when: 1 }
  - { id: f, run: x, depends_on: [a], when: nodes.a.status }
  - { id: g, run: x, when: args.any }
  - { id: ok1, run: x, when: args.dry }
  - { id: ok2, run: x, when: args.yes }
  - { id: ok3, run: x, when: true }
  - { id: ok4, run: x, when: \"args.mode == 'quick'\" }
  - { id: ok5, run: x, when: \"'a' in args.list or 'b' in args.list\" }
  - { id: ok6, run: x, when: not args.mode }
",
        expect![[r#"
            4 |   - { id: a, run: x, when: args.mode }
                                           ^^^^^^^^^ not-a-boolean (error): `when` must give `true` or `false`, and this is an argument of type `string`: compare it, or declare `type: boolean`
            5 |   - { id: b, run: x, when: args.n }
                                           ^^^^^^ not-a-boolean (error): `when` must give `true` or `false`, and this is a number: compare it with one
            6 |   - { id: c, run: x, when: args.list }
                                           ^^^^^^^^^ not-a-boolean (error): `when` must give `true` or `false`, and this is a list: use `| length > 0`
            7 |   - { id: d, run: x, when: "'yes'" }
                                           ^^^^^^^ not-a-boolean (error): `when` must give `true` or `false`, and this is a text
            8 |   - { id: e, run: x, when: 1 }
                                           ^ not-a-boolean (error): `when` must give `true` or `false`, and this is a number
            9 |   - { id: f, run: x, depends_on: [a], when: nodes.a.status }
                                                            ^^^^^^^^^^^^^^ not-a-boolean (error): `when` must give `true` or `false`, and this is the status, a text: compare it, as in `nodes.x.status == "succeeded"`
            10 |   - { id: g, run: x, when: args.any }
                                            ^^^^^^^^ not-a-boolean (error): `when` must give `true` or `false`, and this is an argument of type `string`: compare it, or declare `type: boolean`
        "#]],
    );
}

#[test]
fn templates_of_arguments_and_compensations() {
    check(
        "
args: { scope: { default: src } }
nodes:
  - id: a
    run: x
    outputs: [o]
    cache: { key: '{{ args.vers }}' }
    reads: [src]
    compensate: { run: [undo, '{{ nodes.a.outputs.o }}', '{{ nodes.b.outputs.p }}', '{{ args.scop }}'] }
  - id: b
    command: /review
    args: { scope: '{{ args.scop }}', deep: [1, '{{ nodes.a.outputs.o }}'] }
    outputs: [p]
    compensate: { agent: planner, prompt: 'Undo {{ nodes.c.status }' }
  - { id: c, dag: ./other.dag.yaml, args: '{{ nodes.a.outputs.o }}' }
",
        expect![[r#"
            7 |     cache: { key: '{{ args.vers }}' }
                                           ^^^^ unknown-arg (error): no argument `vers`: declare it under `args`
            9 |     compensate: { run: [undo, '{{ nodes.a.outputs.o }}', '{{ nodes.b.outputs.p }}', '{{ args.scop }}'] }
                                                                                                             ^^^^ unknown-arg (error): no argument `scop`; did you mean `scope`?
                                                                                                               fix: Change to `scope`
            12 |     args: { scope: '{{ args.scop }}', deep: [1, '{{ nodes.a.outputs.o }}'] }
                                             ^^^^ unknown-arg (error): no argument `scop`; did you mean `scope`?
                                               fix: Change to `scope`
                                                                           ^ not-an-ancestor (error): `b` does not wait for `a`: add it to `depends_on`
                                                                             line 4: `a` is here
                                                                             fix: Wait for `a`
            14 |     compensate: { agent: planner, prompt: 'Undo {{ nodes.c.status }' }
                                                                 ^^ template-syntax (error): this `{{` is never closed by `}}`
            15 |   - { id: c, dag: ./other.dag.yaml, args: '{{ nodes.a.outputs.o }}' }
                                   ^^^^^^^^^^^^^^^^ dag-not-found (error): there is no file `./other.dag.yaml`
                                                                     ^ not-an-ancestor (error): `c` does not wait for `a`: add it to `depends_on`
                                                                       line 4: `a` is here
                                                                       fix: Wait for `a`
        "#]],
    );
}
