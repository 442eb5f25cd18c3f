/// Exceptions from the rules that nothing needs any more: they would let pass what nobody meant to.
func idleExemptions(_ files: [SourceFile]) -> [String] {
    var imported: [String: Set<String>] = [:]
    for file in files {
        guard let room = file.room else { continue }
        imported[room, default: []].formUnion(imports(of: file).map(\.module))
    }
    let needed = files.reduce(into: Set<String>()) { $0.formUnion(neededWitnesses($1)) }
    var idle = witnesses.filter { !needed.contains($0) }.map { "nothing is left undescribed for \($0)" }
    for (room, allowed) in Rooms.mayImport {
        idle += allowed.subtracting(imported[room, default: []]).map { "\(room) does not import \($0)" }
    }
    idle += Rooms.ofTheSystem.subtracting(imported.values.joined()).map { "nobody imports \($0)" }
    idle += Rooms.programs.subtracting(imported.keys).map { "there is no program \($0)" }
    idle += sharedModules.filter { (module) in imported.values.count { $0.contains(module) } < 2 }
        .map { "\($0) is not shared" }
    idle += crossing.filter { (target) in !files.contains { $0.path.hasPrefix("Tests/\(target)/") } }
        .map { "there are no \($0)" }
    return idle.sorted()
}
