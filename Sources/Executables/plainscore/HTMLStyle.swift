/// How the pages look: one column that a phone holds, light or dark as the reader has it, black on white on paper.
let pageStyle = """

    :root { --paper: #fff; --ink: #1b1f24; --quiet: #59636e; --line: #d5dae0; --faint: #eef1f4;
      --before: #8a97a6; --after: #0b63b8; --down: #b4402a; --up: #1d7a4a; }
    @media (prefers-color-scheme: dark) { :root { --paper: #14181d; --ink: #e4e8ec; --quiet: #9aa5b1; --line: #343c46;
      --faint: #20262d; --before: #76828f; --after: #63aef5; --down: #f08a73; --up: #67c795; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif;
      overflow-wrap: anywhere; }
    main { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
    h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
    h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
    p { margin: .4rem 0 .8rem; }
    .quiet, figcaption, caption, small { color: var(--quiet); }
    code { font: .9em ui-monospace, monospace; }
    table { width: 100%; border-collapse: collapse; font-size: .95rem; }
    caption { text-align: left; padding: .2rem 0 .4rem; }
    th, td { padding: .25rem .5rem .25rem 0; text-align: left; vertical-align: top; font-weight: normal;
      border-top: 1px solid var(--faint); }
    th { overflow-wrap: break-word; }
    th:last-child, td:last-child { padding-right: 0; }
    thead th { color: var(--quiet); border-top: 0; vertical-align: bottom; }
    .number { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
    td.bar { width: 55%; vertical-align: middle; }
    td small, th small { display: block; line-height: 1.3; overflow-wrap: anywhere; }
    table.parts { table-layout: fixed; }
    table.parts th:first-child { width: 52%; }
    table.points th:first-child { width: 70%; }
    table.history th:first-child, table.forecast th:first-child, tr th.word + td.number { white-space: nowrap; }
    svg { display: block; width: 100%; overflow: visible; }
    svg.bar { height: 1rem; }
    th svg.bar { margin: .3rem 0; }
    svg.pair { height: 1.4rem; }
    dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .8rem; margin: 1rem 0; }
    dl.facts div { background: var(--faint); border-radius: .4rem; padding: .6rem .8rem; }
    dt { color: var(--quiet); font-size: .9rem; }
    dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
    dd small { display: block; font-size: .85rem; }
    .before { fill: var(--before); } .after { fill: var(--after); } .down { fill: var(--down); } .up { fill: var(--up); }
    .rule { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
    .mark { stroke: var(--ink); stroke-width: 2; vector-effect: non-scaling-stroke; }
    .step { fill: none; stroke: var(--after); stroke-width: 2.5; vector-effect: non-scaling-stroke; }
    .key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin-right: .3em; }
    .key.before { background: var(--before); } .key.after { background: var(--after); }
    .key.up { background: var(--up); } .key.down { background: var(--down); }
    .unchanged { color: var(--quiet); }
    figure { margin: .8rem 0; }
    .chart { display: grid; grid-template-columns: auto 1fr; column-gap: .5rem; }
    .chart svg { height: 12rem; }
    .axis { display: flex; flex-direction: column; justify-content: space-between; color: var(--quiet); font-size: .85rem;
      text-align: right; font-variant-numeric: tabular-nums; }
    .dates { grid-column: 2; display: flex; justify-content: space-between; color: var(--quiet); font-size: .85rem; }
    ol, ul { padding-left: 1.4rem; }
    @media (max-width: 34rem) { main { padding: .5rem .8rem 2rem; } td.bar { width: 40%; } table { font-size: .9rem; } }
    @media print { :root { --paper: #fff; --ink: #000; --quiet: #444; --line: #999; --faint: #ddd; --before: #999;
        --after: #225; --down: #822; --up: #262; }
      body { font-size: 10pt; } main { max-width: none; padding: 0; }
      .key, svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
      h2, h3, caption { break-after: avoid; } tr, figure, dl.facts div, .together { break-inside: avoid; } }

    """
