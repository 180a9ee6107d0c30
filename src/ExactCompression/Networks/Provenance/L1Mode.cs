namespace ExactCompression;

/// <summary>How training applies the l1 penalty on the weights.</summary>
public enum L1Mode
{
    /// <summary>
    /// After each step, every weight is moved towards zero by the learning rate times l1, and no further than zero: weights become exactly
    /// zero.
    /// </summary>
    Proximal,

    /// <summary>
    /// The sign of each weight, times l1, is added to its gradient, as in the paper's own script: weights hover around zero and hardly ever
    /// reach it.
    /// </summary>
    Subgradient,
}
