using ExactCompression.Tests.Gpu;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ExactCompression.Campaign;

/// <summary>
/// The tests of the devices, run in this process, where there is neither an SDK nor a test host. Those that compile for cards of all kinds
/// are left out: they need none, and look through all types of the library, whose solvers and pictures may be missing beside this program.
/// </summary>
internal sealed class DeviceTests : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly Lock gate = new();
    private readonly List<ITestCase> cases = [];
    private readonly SortedDictionary<string, int> skipped = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource discovered = new(), finished = new();
    private int passed, failed;

    /// <summary>The exit code where all is well but that there is no GPU; <c>run-device.sh</c> knows it.</summary>
    private const int NoGpu = 3;

    /// <summary>Runs them all and prints what failed and what was skipped.</summary>
    /// <param name="withoutCard">Whether it is no failure if there is no CUDA or OpenCL device.</param>
    /// <returns>0 if none failed, <see cref="NoGpu"/> if none did but there is no such device.</returns>
    public static int Run(bool withoutCard)
    {
        IReadOnlyList<ComputeDevice> devices = ComputeDevices.List();
        foreach (ComputeDevice device in devices)
            Console.WriteLine($"{device.Index}: {device.Kind} '{device.Name}', {device.Capability}");
        bool hasCard = devices.Any(static d => d.Kind is ComputeDeviceKind.Cuda or ComputeDeviceKind.OpenCL);
        var tests = new DeviceTests();
        tests.RunAll();
        foreach ((string reason, int count) in tests.skipped)
            Console.WriteLine($"{count} skipped: {reason}");
        Console.WriteLine($"{tests.passed} tests passed, {tests.failed} failed.");
        if (!hasCard && !withoutCard)
            Console.WriteLine("There is no CUDA or OpenCL device: no test has run on a GPU.");
        return tests.failed > 0 || tests.passed == 0 ? 1 : !hasCard && !withoutCard ? NoGpu : 0;
    }

    /// <inheritdoc/>
    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (gate)
        {
            switch (message)
            {
                case ITestCaseDiscoveryMessage { TestCase: var found } when IsOfDevices(found.TestMethod.TestClass.Class.Name):
                    cases.Add(found);
                    break;
                case ITestPassed:
                    passed++;
                    break;
                case ITestSkipped skip:
                    skipped[skip.Reason] = skipped.GetValueOrDefault(skip.Reason) + 1;
                    break;
                case IFailureInformation failure: // of a test, or of what stands around it
                    failed++;
                    Console.WriteLine($"FAILED {(failure as ITestMessage)?.Test.DisplayName ?? failure.GetType().Name}");
                    Console.WriteLine($"  {string.Join("\n  ", failure.Messages.Concat(failure.StackTraces))}");
                    break;
                case IDiscoveryCompleteMessage:
                    discovered.TrySetResult();
                    break;
                case ITestAssemblyFinished:
                    finished.TrySetResult();
                    break;
            }
        }

        return true;
    }

    private static bool IsOfDevices(string type) =>
        type.StartsWith(typeof(WitnessDevices).Namespace + ".", StringComparison.Ordinal) && type != typeof(PtxCompilationTests).FullName;

    private void RunAll()
    {
        System.Reflection.Assembly assembly = typeof(WitnessDevices).Assembly;
        using var framework = new XunitTestFramework(this);
        using ITestFrameworkDiscoverer discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
        discoverer.Find(includeSourceInformation: false, this, new Defaults());
        discovered.Task.Wait();
        using ITestFrameworkExecutor executor = framework.GetExecutor(assembly.GetName());
        executor.RunTests(cases, this, new Defaults());
        finished.Task.Wait();
    }

    /// <summary>Options of which none is set.</summary>
    private sealed class Defaults : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        public TValue? GetValue<TValue>(string name) => default;

        public void SetValue<TValue>(string name, TValue value) => throw new NotSupportedException();
    }
}
