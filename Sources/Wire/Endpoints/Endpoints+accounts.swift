// Registration, login, devices: who is who. docs/protocol/accounts.md

extension Endpoints {
    public static let register = Endpoint(
        .post, "/v1/accounts", area: "accounts", "Create an account with its first device and keys, and log it in",
        access: .anybody, allows: .all, home: .anywhere, buckets: [.registrations], reads: RegistrationRequest.self,
        gives: Registered.self, status: 201,
        problems: [.handleTaken, .accountTaken, .badSignature, .prekeyStale, .inviteRequired, .inviteInvalid],
        bodyByteCountMax: 512 * 1024)

    public static let account = Endpoint(
        .get, "/v1/accounts/{account}", AccountReference.self, area: "accounts",
        "Look an account up by its id; `me` is the caller's own",
        allows: .all, home: .place, query: [Parameters.treeSize.facts], gives: AccountView.self)

    public static let handle = Endpoint(
        .get, "/v1/handles/{handle}", Handle.self, area: "accounts", "Look an account up by its handle",
        allows: .all, home: .directory, query: [Parameters.treeSize.facts], gives: AccountView.self)

    public static let challenge = Endpoint(
        .post, "/v1/auth/challenge", area: "accounts", "Ask for a challenge to sign with the device key",
        access: .anybody, allows: .all, home: .anywhere, reads: ChallengeRequest.self, gives: Challenge.self)

    public static let token = Endpoint(
        .post, "/v1/auth/token", area: "accounts",
        "Exchange a signed challenge, or a refresh token, for a new pair of tokens",
        access: .anybody, allows: .all, home: .anywhere, buckets: [.tokens], reads: TokenRequest.self,
        gives: TokenPair.self, problems: [.unauthenticated, .quotaExceeded])

    public static let logOut = Endpoint(
        .delete, "/v1/auth/token", area: "accounts", "Log this device out: its tokens end, its sockets close",
        allows: .all, home: .caller)

    public static let devices = Endpoint(
        .get, "/v1/devices", area: "devices", "The caller's own devices",
        allows: .all, home: .caller, gives: DeviceViews.self)

    public static let changeDevices = Endpoint(
        .put, "/v1/devices", area: "devices",
        "Publish the next device list: link the one new device in it, unlink those it has no more",
        allows: .all, home: .caller, buckets: [.deviceLists], query: [Parameters.treeSize.facts],
        reads: DeviceListChange.self, gives: AccountView.self,
        problems: [.badSignature, .staleDeviceList, .prekeyStale], bodyByteCountMax: 512 * 1024)

    // Nothing is kept under an idempotency key: nobody could ask for it again.
    public static let deleteAccount = Endpoint(
        .delete, "/v1/accounts/me", area: "accounts",
        "Delete the account that asks, for good, by the account's signature over a challenge",
        allows: .all, home: .caller, reads: AccountDeletionRequest.self, problems: [.badSignature],
        repetition: Repetition.none)
}
