using ExactCompression.Verdicts;

namespace ExactCompression.Witnesses;

/// <summary>
/// The session that a search works on, and its replacement when the device fails: the same device with smaller batches, and finally the
/// CPU.
/// </summary>
internal sealed class ResilientSession : IDisposable
{
    /// <summary>A device that fails even with an eighth of the points lacks more than memory.</summary>
    private const int MostHalvings = 3;

    private readonly ReluNetwork network;
    private readonly InputDomain domain;
    private readonly SearchOptions options;
    private IWitnessDevice device;
    private SimdWitnessDevice? cpu;
    private IWitnessSession? session;
    private int halvings;

    /// <summary>Opens a session.</summary>
    /// <param name="ledger">The network, its domain, and known bounds.</param>
    /// <param name="device">The device to start on; still owned by the caller.</param>
    /// <param name="options">Threads, and the warning handler.</param>
    public ResilientSession(VerdictLedger ledger, IWitnessDevice device, SearchOptions options)
    {
        network = DeviceScaling.Normalise(ledger);
        domain = ledger.Domain;
        this.options = options;
        this.device = device;
        try
        {
            session = Open(int.MaxValue);
        }
        catch (ComputeDeviceException failure)
        {
            MoveToCpu(failure);
        }
    }

    /// <summary>The current session.</summary>
    public IWitnessSession Current => session ?? throw new ObjectDisposedException(nameof(ResilientSession));

    /// <summary>The name of the current device.</summary>
    public string DeviceName => device.Name;

    /// <summary>
    /// Replaces a session that failed by a new one, with a warning. The new one knows nothing of what the old one was told or has kept.
    /// </summary>
    /// <param name="failure">The failure; thrown again where nothing is left to try.</param>
    public void Replace(ComputeDeviceException failure)
    {
        if (device == cpu)
            throw failure;
        int most = Current.MaxPoints / 2;
        Close();
        if (halvings++ < MostHalvings && most > 0)
        {
            try
            {
                session = Open(most);
                options.Warning?.Invoke(
                    FormattableString.Invariant($"{failure.Problem} Continuing with batches of {session.MaxPoints} points."));
                return;
            }
            catch (ComputeDeviceException again)
            {
                failure = again;
            }
        }

        MoveToCpu(failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        cpu?.Dispose();
    }

    private void MoveToCpu(ComputeDeviceException failure)
    {
        device = cpu = new();
        session = Open(int.MaxValue);
        options.Warning?.Invoke($"{failure.Problem} Continuing with {cpu}.");
    }

    private IWitnessSession Open(int most) => device.Open(network, domain, options.Threads, most);

    private void Close()
    {
        session?.Dispose();
        session = null;
    }
}
