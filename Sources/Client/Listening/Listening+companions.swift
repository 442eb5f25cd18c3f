import Wire

// What is done beside a connection, and ends with it.

extension Listening {
    /// Does what follows from a frame, beside what comes next.
    func follow(_ step: Step, _ connection: ListeningConnection, untilIdle: Bool) {
        switch step {
        case .goOn, .end: break
        case .hello:
            connection.companions.end(.greeting)
            accompany(connection, .heartbeat)
            guard !untilIdle else { return }
            accompany(connection, .care)
            accompany(connection, .catchUpAll)
            accompany(connection, .files)
        case .beside(.preKeys) where untilIdle: connection.putOff.insert(.preKeys)
        case .beside(.ownList) where untilIdle: connection.putOff.insert(.ownList)
        case .beside(let kind): accompany(connection, kind)
        }
    }

    // Not a task group: the compiler (6.3.1) takes the body of one for a closure that stays in the owner, and runs it
    // outside.

    func accompany(_ connection: ListeningConnection, _ kind: Companions.Kind) {
        connection.companions.ask(for: kind) {
            ground.errands.begin { (rooms) in await rooms.listening.accompany(kind) }
        }
    }

    private func accompany(_ kind: Companions.Kind) async {
        guard let connection = current else { return }
        repeat { await run(kind, connection) } while connection.companions.hasEnded(kind) && !Task.isCancelled
    }

    private func run(_ kind: Companions.Kind, _ connection: ListeningConnection) async {
        switch kind {
        case .greeting: await awaitGreeting(connection)
        case .heartbeat: await beat(connection)
        case .probe: await probe(connection)
        case .acknowledgement: await acknowledgeSoon(connection)
        case .care: await lookAfterQuietly()
        case .files: await files.sendFiles()
        case .preKeys: await replenishQuietly()
        case .ownList: await refreshOwnList()
        case .catchUp: await catchUp(connection)
        case .catchUpAll: await catchUpAll(connection)
        }
    }

    func endCompanions(_ connection: ListeningConnection) async {
        let tasks = connection.companions.tasks
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Where only what waits is wanted, nothing lasts long enough to do this beside.
    func doPutOff(_ connection: ListeningConnection) async {
        if connection.putOff.contains(.preKeys) { await replenishQuietly() }
        if connection.putOff.contains(.ownList) { await refreshOwnList() }
    }
}
