namespace ExactCompression.Certificates.Checking;

/// <summary>Checks a certificate that two networks differ by no more than a number.</summary>
internal static class PairCertificateCheck
{
    /// <summary>Checks everything but the seal.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="first">The first network.</param>
    /// <param name="second">The second one.</param>
    /// <param name="domain">The domain that it must hold over; null for the one that it states.</param>
    /// <param name="budget">Its budget.</param>
    /// <returns>How many differences each kind of evidence has bounded, by its letter; there are two for each output.</returns>
    /// <exception cref="Refusal">Something does not hold.</exception>
    public static Dictionary<char, int> Check(
        PairCertificate certificate, ReluNetwork first, ReluNetwork second, InputDomain? domain, CheckBudget budget)
    {
        if (!first.IsDense || !second.IsDense)
            throw new Refusal(
                "networks",
                $"The certificate is for chains of dense layers, and the {(first.IsDense ? "second" : "first")} network is none.");
        string[] ofFirst = ContentHash.Of(first, budget), ofSecond = ContentHash.Of(second, budget);
        if (certificate.FirstHashes.SequenceEqual(ofSecond) && certificate.SecondHashes.SequenceEqual(ofFirst)
            && !ofFirst.SequenceEqual(ofSecond))
            throw new Refusal("networks", "They are those of the certificate, but the other way round.");
        ContentHash.Require(certificate.FirstHashes, ofFirst, "first");
        ContentHash.Require(certificate.SecondHashes, ofSecond, "second");
        var box = InputBox.OfDomain(certificate.Lower, certificate.Upper, certificate.DomainHash, domain, first.InputSize);
        if (!(certificate.Deviation >= 0) || !double.IsFinite(certificate.Deviation))
            throw new Refusal("deviation", "It is not a finite number of 0 or more.");
        int claimed = PairNetwork.DepthOf(first, second) - (certificate.Boxes is null ? 0 : 1);
        if (certificate.Layers.Length != claimed)
            throw new Refusal("layers", $"There are claims about {certificate.Layers.Length} layers, not about {claimed}.");
        ReluNetwork pair = PairNetwork.Of(first, second, certificate.Deviation, budget);
        var check = new StabilityCheck(pair, box, pair.Name, budget);
        foreach (LayerClaims layer in certificate.Layers)
            check.Check(layer, []);
        BoundedSide[] differences = DifferencesOf(pair);
        if (certificate.Boxes is { } boxes)
        {
            BoxTreeCheck.Require(boxes, pair, box, check.Layers, differences, "boxes", budget);
            return new() { ['b'] = differences.Length };
        }

        LayerClaims last = certificate.Layers[^1];
        if (last.States.AsSpan().ContainsAnyExcept('i'))
            throw new Refusal("layers", "Not all differences are claimed to be never above 0.");
        return last.Above.GroupBy(static letter => letter).ToDictionary(static g => g.Key, static g => g.Count());
    }

    /// <summary>What must not be above 0: the neurons of the last hidden layer.</summary>
    /// <param name="pair">The two networks side by side.</param>
    public static BoundedSide[] DifferencesOf(ReluNetwork pair) =>
        [.. Enumerable.Range(0, pair.WidthOf(pair.Depth)).Select(static neuron => new BoundedSide(neuron, true))];
}
