/// The named limits of the fold. Each bounds what one person or one record can cost (invariants 8 and 15): the doc comment
/// of each step of the fold gives its worst cost in these.
public enum FoldLimits {
    /// The horizon of every feature, days. A timeline's own horizon is at least this.
    public static let horizonDays: Int32 = 800
    /// Events of one person dated on one day. An event past this is refused with reason `limit`.
    public static let eventsPerPersonAndDay = 200
    /// Events of one person within the horizon. An event past this is refused with reason `limit`.
    public static let eventsPerPerson = 20_000
    /// Corrections that are kept of one person. One past this is refused with reason `limit`.
    public static let noticesPerPerson = 2_000
    /// Live grants of one person.
    public static let grantsPerPerson = 64
    /// Events of one person that wait for a consent. When one more comes, the oldest of them goes.
    public static let waitingPerPerson = 1_000
    /// Currencies that the events of one partition can bring. An event in one more is refused with reason `limit`. The
    /// partition's table has room for 255, so that the currency of a model always finds a place.
    public static let currenciesOfEvents = 200
    /// Events of one person in one calendar month.
    public static let eventsPerPersonAndMonth = 31 * eventsPerPersonAndDay
    /// Moments at which one person can be due before nothing more can change without an event: the days of the horizon,
    /// after which no event is left, and the ends of the grants.
    public static let dueMomentsPerPerson = Int(horizonDays) + grantsPerPerson
}
