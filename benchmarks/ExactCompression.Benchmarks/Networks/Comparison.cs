namespace ExactCompression.Benchmarks;

/// <summary>The outcome for one network: our best run, and the peer's if there is one.</summary>
internal sealed record Comparison(string Network, NetworkResult Ours, double? PeerDecided, double? PeerSeconds)
{
    /// <summary>How many times as long the peer takes.</summary>
    public double? Ratio => PeerSeconds / Ours.Seconds;

    /// <summary>Runs both by turns and keeps the quickest run of each.</summary>
    public static Comparison Run(NetworkOptions options, string file)
    {
        NetworkResult? ours = null;
        (double Decided, double Seconds)? peer = null;
        for (int i = 0; i < options.Repeats; i++)
        {
            NetworkResult run = Contestant.Search(options, file);
            if (ours is null || run.Seconds < ours.Seconds)
                ours = run;
            if (options.Peer is null)
                continue;
            (double Decided, double Seconds) other = Contestant.Peer(options.Peer, file);
            if (peer is null || other.Seconds < peer.Value.Seconds)
                peer = other;
        }

        return new(Path.GetFileNameWithoutExtension(file), ours!, peer?.Decided, peer?.Seconds);
    }
}
