/// What several endpoints read from a query or a head.
public enum Parameters {
    /// Items in a page.
    public static let limit = Parameter(
        "limit", 1...UInt64(Limits.pageItemsMax), "Items in a page; \(Limits.pageItemsDefault) when absent.")
    /// Where the page before ended.
    public static let cursor = Parameter("cursor", length: 1...200, "The `next` of the page before.")
    /// The size of the key log's tree that the client knows.
    public static let treeSize = Parameter(
        "treeSize", 1...Limits.keyLogSizeMax,
        "The size of the key log's tree that is known: the answer proves that its tree goes on from there.")
    /// One device of several.
    public static let device = Parameter(
        "device", DeviceID.self, "Only this device's bundle; all devices when absent.")
    /// What opens sealed endpoints.
    public static let deliveryToken = Parameter(
        "Delivery-Token", length: 43...43,
        "The delivery token of the account in the path, in base64url; without Authorization.")

    static let page = [cursor.facts, limit.facts]
}
