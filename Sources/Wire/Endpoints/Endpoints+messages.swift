// Pairwise envelopes: with a login here, without one in sealed. docs/protocol/messages.md, sealed-sender.md

extension Endpoints {
    public static let send = Endpoint(
        .post, "/v1/messages/{account}", AccountID.self, area: "messages",
        "Send one sealed copy to each device of an account; durable when answered",
        allows: .all, home: .place, buckets: [.sends], reads: SendRequest.self, gives: Accepted.self,
        problems: [.mismatchedDevices, .queueFull], repetition: .clientID,
        bodyByteCountMax: Limits.messageByteCountMax)

    /// Where a page of the queue begins.
    public static let afterNumber = Parameter(
        "after", QueueNumber.self, "Only envelopes with a greater number; what is delivered is gone in any case.")

    public static let queue = Endpoint(
        .get, "/v1/messages", area: "messages", "A page of this device's queue, oldest first",
        allows: .all, home: .caller, query: [afterNumber.facts, Parameters.limit.facts], gives: Page<Envelope>.self)

    public static let delivered = Endpoint(
        .post, "/v1/messages/delivered", area: "messages",
        "Acknowledge every envelope up to a number; the server forgets them",
        allows: .all, home: .caller, reads: Delivered.self)

    public static let sealedSend = Endpoint(
        .post, "/v1/sealed/messages/{account}", AccountID.self, area: "sealed",
        "Send one sealed body to each device of an account, without saying who sends; durable when answered",
        access: .sealed, allows: .all, home: .place, buckets: [.sealedDeliveries],
        headers: [Parameters.deliveryToken.facts.required], reads: SealedSendRequest.self, gives: Accepted.self,
        problems: [.mismatchedDevices, .queueFull], repetition: .clientID,
        bodyByteCountMax: Limits.messageByteCountMax)

    public static let sealedClaim = Endpoint(
        .post, "/v1/sealed/keys/{account}/claims", AccountID.self, area: "sealed",
        "Claim a prekey bundle of each device, without saying who asks",
        access: .sealed, allows: .all, home: .place, buckets: [.sealedClaims], query: [Parameters.device.facts],
        headers: [Parameters.deliveryToken.facts.required], gives: ClaimedKeys.self)

    public static let sealedAccount = Endpoint(
        .get, "/v1/sealed/accounts/{account}", AccountID.self, area: "sealed",
        "An account with its device list, without saying who asks",
        access: .sealed, allows: .all, home: .place, headers: [Parameters.deliveryToken.facts.required],
        gives: AccountView.self)

    public static let setDeliveryToken = Endpoint(
        .put, "/v1/delivery-token", area: "sealed",
        "Set what lets others write to this account without saying who they are, by its hash; or nothing",
        allows: .all, home: .caller, reads: DeliveryTokenSetting.self)

    public static let deliveryToken = Endpoint(
        .get, "/v1/delivery-token", area: "sealed", "The hash that is set",
        allows: .all, home: .caller, gives: DeliveryTokenSetting.self)
}
