namespace ExactCompression.Certificates.Checking;

/// <summary>A check of a certificate failed.</summary>
internal sealed class Refusal : Exception
{
    public Refusal(string place, string reason)
        : base($"{place}: {reason}")
    {
        Place = place;
        Reason = reason;
    }

    /// <summary>Network, layer, neuron and field, as far as they apply.</summary>
    public string Place { get; }

    /// <summary>What does not hold there, as a sentence.</summary>
    public string Reason { get; }

    /// <summary>Refuses a claimed deviation that is not proven.</summary>
    /// <param name="claimed">What the certificate claims.</param>
    /// <param name="derived">What it proves.</param>
    public static void ThrowIfExceeded(double claimed, double derived)
    {
        if (!(derived <= claimed) || !double.IsFinite(claimed))
            throw new Refusal(
                "deviation", FormattableString.Invariant($"The certificate claims {claimed:R}, but it proves {derived:R}."));
    }
}
