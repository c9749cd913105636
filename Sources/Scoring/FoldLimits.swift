/// The named limits of the fold; each bounds what one person or one record can cost (invariant 8).
public enum FoldLimits {
    /// The horizon of every feature, days; a timeline's own horizon is at least this.
    public static let horizonDays: Int32 = 800
    /// Events of one person dated on one day; past it they are refused with reason `limit`.
    public static let eventsPerPersonAndDay = 200
    /// Live grants of one person.
    public static let grantsPerPerson = 64
}
