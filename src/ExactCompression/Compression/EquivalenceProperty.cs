namespace ExactCompression;

/// <summary>What two networks are compared by.</summary>
public enum EquivalenceProperty
{
    /// <summary>The difference of their outputs, against a tolerance.</summary>
    Deviation,

    /// <summary>
    /// The number of their largest output: wherever one output of the first network is above all of its others, the same output of the
    /// second is above all of its others. Where several outputs of the first are the largest, nothing is asked.
    /// </summary>
    /// <remarks>
    /// It is proven in this form, and refuted by an input at which one output of the first network is above all others, and another output
    /// of the second is above that one: neither depends on which of equal outputs counts as the label (here, as in NumPy, the lowest).
    /// </remarks>
    SameLabel,
}
