import Foundation
import TestBroker
import Testing

/// That the test of the README notices what it is there for.
@Suite(.serialized) struct TerminalTests {
    private let files: TemporaryFolder
    private let emptyTree: URL

    init() throws {
        files = try TemporaryFolder()
        emptyTree = URL(fileURLWithPath: files.path("."))
    }

    @Test func `blocks of a section share a session, and sections share directory, exports and background`() throws {
        let readme = try Readme(
            """
            ## One
            ```sh
            export WHAT=told where=here
            mkdir -p inner && cd inner
            ```
            ```sh
            [[ $where == here ]]
            ```
            <!-- test: background until "ready" -->
            ```sh
            trap 'echo stopped; exit 0' INT; echo ready; while true; do sleep 0.05; done
            ```
            ## Two
            <!-- test: exit 3 -->
            ```sh
            [[ $WHAT == told && $PWD == */inner ]] || exit 4
            echo broker:1 | grep -q localhost:9092
            exit 3
            ```
            <!-- test: until "looking" -->
            ```sh
            trap 'exit 0' INT; echo looking; while true; do sleep 0.05; done
            ```
            """)
        let terminal = try Terminal(copyOf: emptyTree, servers: "broker:1")
        for section in readme.sections.dropFirst() {
            let outcome = try terminal.run(section.blocks, named: section.title)
            #expect(outcome.failure == nil)
            #expect(outcome.done == section.blocks.map(\.line))
        }
        #expect(terminal.close() == [])
    }

    @Test(
        arguments: [
            ("true\nfalse\ntrue\n", [], "failed"),
            ("no-such-command\n", [], "not found"),
            ("true | false | true\n", [], "failed"),
            ("exit 0\n", [.exit(code: 1)], "failed"),
            ("echo other\n", [.background(until: "ready")], "it did not print: ready"),
        ] as [(String, [Readme.Directive], String)])
    func `a block that fails is told, and ends its section`(
        commands: String, directives: [Readme.Directive], said: String
    )
        throws
    {
        let terminal = try Terminal(copyOf: emptyTree, servers: "none:1")
        let blocks = [
            Readme.Block(line: 1, commands: "true\n", directives: []),
            Readme.Block(line: 7, commands: commands, directives: directives),
            Readme.Block(line: 9, commands: "true\n", directives: []),
        ]
        let outcome = try terminal.run(blocks, named: "section")
        #expect(outcome.done == [1])
        #expect(outcome.failure?.contains(said) == true)
        _ = terminal.close()
    }

    @Test func `what ends badly on Ctrl-C is told`() throws {
        let terminal = try Terminal(copyOf: emptyTree, servers: "none:1")
        let endless = "trap 'exit 5' INT; echo ready; while true; do sleep 0.05; done\n"
        let block = Readme.Block(line: 1, commands: endless, directives: [.background(until: "ready")])
        #expect(try terminal.run([block], named: "section").failure == nil)
        #expect(terminal.close() == ["section: what it left in the background did not exit with 0 on Ctrl-C, soon"])
    }

    @Test(arguments: [
        ("```bash\nls\n```", "line 1: a fence is ```sh"),
        ("```sh\nls\n", "line 1: a fence is not closed"),
        ("<!-- test: maybe -->\n```sh\nls\n```", "line 1: a test comment is one of"),
        ("<!-- test: not run, docker -->\ntext\n", "line 1: a test comment stands before a block"),
        ("<!-- test: exit 1 -->\n", "line 1: a test comment stands before nothing"),
        ("<!-- test: exit 1 -->\n```\nls\n```", "line 3: a test comment before what is not run"),
    ])
    func `a mistake in the conventions names its line`(text: String, said: String) throws {
        let mistake = #expect(throws: Readme.Mistake.self) { try Readme(text) }
        #expect(mistake?.description.hasPrefix(said) == true)
    }

    @Test func `a comment below a heading is for the section, and links and headings are found`() throws {
        let readme = try Readme(
            """
            # Top
            See [a](b.md) and [`c`](d/e#f-g).
            ## Docker, `compose`
            <!-- test: not run, no engine -->
            Text.
            ```sh
            docker
            ```
            """)
        #expect(readme.sections.map(\.title) == ["", "Docker, `compose`"])
        #expect(readme.sections[1].directives == [.notRun(reason: "no engine")])
        #expect(readme.links.map(\.target) == ["b.md", "d/e#f-g"])
        #expect(readme.anchors == ["top", "docker-compose"])
    }
}
