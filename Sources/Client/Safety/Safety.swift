public import Keys
public import Wire

/// Whether it is really them, and what others may do without saying who they are.
public struct Safety: Sendable {
    let owner: AccountOwner

    /// Forgets how far the server's key log was followed: the next list says where to go on. The key that signs it
    /// stays the one of first contact, so a log of another server is refused as before.
    ///
    /// For a server that was restored from a copy, once its operator has said so by a way that the server does not
    /// control. The old head is evidence; it is returned for whoever wants to keep it.
    public func trustLogAnew() async throws(SottoError) -> KeyLogEvidence? {
        try await owner.ask { (rooms) async throws(ClientError) in try rooms.keyLog.trustLogAnew() }
    }

    /// Sixty digits to compare with the other side, by voice or by screen.
    public func safetyNumber(with person: some PersonName) async throws(SottoError) -> SafetyNumber {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.safetyNumbers.safetyNumber(with: person.personReference)
        }
    }

    /// Marks the account as verified when `digits` are the ones that its owner sees; anything but digits is passed
    /// over.
    /// - Throws: ``SottoError/Code/badCode`` for another count than sixty, ``SottoError/Code/safetyNumberDiffers``:
    ///   nothing is changed then.
    public func verify(_ person: some PersonName, digits: String) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.safetyNumbers.verify(person.personReference, digits: digits)
        }
    }

    /// Marks the account as verified when `scanned` is the QR payload that its owner shows.
    /// - Throws: ``SottoError/Code/safetyNumberDiffers``: nothing is changed then.
    public func verify(_ person: some PersonName, scanned: [UInt8]) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.safetyNumbers.verify(person.personReference, scanned: scanned)
        }
    }

    /// Marks the account on the word of the user, who has compared the numbers; or takes that back.
    public func setVerified(_ isVerified: Bool, _ person: some PersonName) async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.safetyNumbers.setVerified(isVerified, person.personReference)
        }
    }

    /// Whether the account's keys were verified here.
    public func verification(of person: some PersonName) async throws(SottoError) -> Verification {
        try await owner.ask { (rooms) async throws(ClientError) in
            try await rooms.safetyNumbers.verification(of: person.personReference)
        }
    }

    /// Shows one message that came, and no other, to whoever runs the server. The same one again is the same report.
    /// - Parameter line: a message from somebody else.
    /// - Throws: ``SottoError/Code/cannotReport``; what the server refuses with with `report-refused`.
    @discardableResult
    public func report(message line: LineID) async throws(SottoError) -> ReportReceipt {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.reports.report(message: line) }
    }

    /// Ends what was allowed to those who know the present token: they hear the new one with the next message to them,
    /// and say who they are until then.
    public func renewDeliveryToken() async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deliveryTokens.renewDeliveryToken() }
    }

    /// Takes no more messages from senders who do not say to the server who they are.
    public func closeDelivery() async throws(SottoError) {
        try await owner.ask { (rooms) async throws(ClientError) in try await rooms.deliveryTokens.closeDelivery() }
    }
}
