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
}
