@testable import Chat
import Store
import Wire

/// What goes wrong, and what the server does of its own accord.
extension Simulation {
    func mishap() {
        if happens(plan.breakPermille), let phone = pick(phones) {
            tally.breaks += 1
            phone.lineBroke()
        }
        if happens(plan.jumpPermille) {
            let seconds: [UInt64] = [60, 1_200, 5 * 3_600, 30 * 3_600, 46 * 86_400]
            if let chosen = pick(seconds), jumpedDays + chosen / 86_400 < 55 { jump(seconds: chosen) }
        }
        guard happens(plan.killPermille), let server else { return }
        switch dice(3) {
        case 0: restart(server)
        case 1: kill(server, unplugs: true)
        // In the next one.
        case 2: wantsCut = true
        default: kill(server, unplugs: false)
        }
    }

    // MARK: Ends of the server

    /// An orderly end, which answers what is queued and leaves everything in its tables.
    private func restart(_ server: SteppedServer) {
        tally.restarts += 1
        note("the server is restarted")
        while server.house.hasCommands { server.stepWriter() }
        server.isDead = true
        server.house.close()
        model.closed()
        comeBack(with: server.house.folder)
    }

    private func kill(_ server: SteppedServer, unplugs: Bool) {
        tally.kills += 1
        note(unplugs ? "the power is cut" : "the server is killed")
        server.isDead = true
        do {
            var dice = otherDice()
            comeBack(with: unplugs ? try server.house.unplugged(&dice) : try server.house.killed())
        } catch {
            fail("the files are not copied: \(error)")
        }
    }

    /// The power is cut in the middle of a commit.
    func cut(_ server: SteppedServer) {
        tally.cuts += 1
        wantsCut = false
        let extent = pick(Folder.Extent.allCases) ?? .torn
        note("the power is cut in a commit, of which \(extent) is on the disk")
        do {
            let files = try server.house.killed()
            let before = model
            // It runs, and nobody hears of it.
            server.isDead = true
            server.house.stepWriter()
            var dice = otherDice()
            let left = try server.house.folder.cut(since: files, extent, &dice)
            if extent != .everything { model = before }
            comeBack(with: left)
        } catch {
            fail("the files are not copied: \(error)")
        }
    }

    private func comeBack(with folder: Folder) {
        server = nil
        for phone in phones { phone.lineBroke() }
        after(dice(100)) { [unowned self] in
            do {
                let server = try SteppedServer(folder, in: self)
                try recovered(server)
                self.server = server
                note("the server is back")
            } catch {
                fail("the server does not come back: \(error)")
            }
        }
    }

    // MARK: Housekeeping

    func beginHousekeeping() {
        after(dice(1_000)) { [unowned self] in sweep() }
        after(dice(20)) { [unowned self] in idle() }
        after(dice(200)) { [unowned self] in checkpoint() }
    }

    private func sweep() {
        after(200 + dice(2_000)) { [unowned self] in sweep() }
        guard let server else { return }
        if dice(3) == 0 {
            server.commit(.believeClock) { (turn) throws(Problem) in
                try turn.believeClock()
                return .done
            }
        }
        server.commit(.sweepRows) { (turn) throws(Problem) in
            _ = try turn.noteTime()
            _ = try turn.sweepRows(limit: 100_000)
            return .swept(isHeld: try turn.look.holdsDeletions())
        }
        server.commit(.sweepMessages) { (turn) throws(Problem) in
            while try turn.sweepMessages(limit: 1_000).count > 0 {}
            return .done
        }
        if let doomed = model.doomed.first {
            server.commit(.erase(doomed)) { (turn) throws(Problem) in
                _ = try turn.erase(doomed)
                return .done
            }
        }
    }

    private func idle() {
        after(1 + dice(60)) { [unowned self] in idle() }
        guard let server, !server.house.hasCommands else { return }
        server.stepWriter()
    }

    private func checkpoint() {
        after(20 + dice(400)) { [unowned self] in checkpoint() }
        guard let server else { return }
        tally.checkpoints += 1
        server.house.checkpoint(empties: dice(3) == 0)
    }
}
